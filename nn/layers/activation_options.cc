#include "nn/layers/activation_options.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/modules/python_text.h"
#include "nn/ops/clamp.h"
#include "nn/ops/elu.h"
#include "nn/ops/gelu.h"
#include "nn/ops/hardshrink.h"
#include "nn/ops/hardsigmoid.h"
#include "nn/ops/hardswish.h"
#include "nn/ops/hardtanh.h"
#include "nn/ops/leaky_relu.h"
#include "nn/ops/log_sigmoid.h"
#include "nn/ops/mish.h"
#include "nn/ops/relu.h"
#include "nn/ops/sigmoid.h"
#include "nn/ops/silu.h"
#include "nn/ops/softplus.h"
#include "nn/ops/softshrink.h"
#include "nn/ops/softsign.h"
#include "nn/ops/tanh.h"
#include "nn/ops/tanhshrink.h"
#include "nn/ops/threshold.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// "inplace=True" behind other arguments, or nothing.
std::string WithInplace(AttributeReader& reader, std::string repr) {
  if (!reader.Bool("inplace", false)) return repr;
  return absl::StrCat(repr, repr.empty() ? "" : ", ", "inplace=True");
}

// inplace is taken, and repr does not show it.
RealActivation WithSilentInplace(AttributeReader& reader, Op op) {
  reader.Bool("inplace", false);
  return {.op = std::move(op)};
}

RealActivation Clamped(double min, double max, std::string repr) {
  return {.op = Op::Of<HardtanhOp>({.min = min, .max = max}),
          .repr = std::move(repr),
          .of_integers = Op::Of<ClampOp>({.min = min, .max = max}),
          .needs_signed = min < 0};
}

}  // namespace

absl::StatusOr<Value> Apply(Trace& trace, const RealActivation& activation, Value input) {
  const Op* op = &activation.op;
  const DType dtype = trace.spec(input).dtype;
  if (!IsFloatingPoint(dtype)) {
    if (activation.promotes_integers) {
      ASSIGN_OR_RETURN(input, CastTo(trace, input, DType::kFloat32));
    } else if (activation.of_integers.has_value() && dtype != DType::kBool) {
      if (dtype == DType::kUInt8 && activation.needs_signed) {
        return absl::InvalidArgumentError("cannot do hardtanh on an unsigned type with negative limits");
      }
      op = &*activation.of_integers;
    }
  }
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, trace.Apply(*op, {input}));
  return outputs.front();
}

RealActivation ReadElu(AttributeReader& reader) {
  const double alpha = reader.Float("alpha", 1);
  return {.op = Op::Of<EluOp>({.alpha = alpha}),
          .repr = WithInplace(reader, absl::StrCat("alpha=", reader.NumberAsGiven("alpha", "1.0")))};
}

RealActivation ReadCelu(AttributeReader& reader) {
  const double alpha = reader.Float("alpha", 1);
  if (alpha == 0) reader.Fail("alpha: ZeroDivisionError: alpha cannot be 0 for CELU");
  return {.op = Op::Of<EluOp>({.alpha = alpha, .input_scale = 1 / alpha}),
          .repr = WithInplace(reader, absl::StrCat("alpha=", reader.NumberAsGiven("alpha", "1.0")))};
}

RealActivation ReadSelu(AttributeReader& reader) {
  constexpr double kAlpha = 1.6732632423543772848170429916717;
  constexpr double kScale = 1.0507009873554804934193349852946;
  return {.op = Op::Of<EluOp>({.alpha = kAlpha, .scale = kScale}), .repr = WithInplace(reader, "")};
}

RealActivation ReadHardshrink(AttributeReader& reader) {
  return {.op = Op::Of<HardshrinkOp>({.lambd = reader.Float("lambd", 0.5)}),
          .repr = reader.NumberAsGiven("lambd", "0.5")};
}

RealActivation ReadSoftshrink(AttributeReader& reader) {
  const double lambd = reader.Float("lambd", 0.5);
  if (!(lambd >= 0)) {
    reader.Fail(absl::StrCat("lambd: lambda must be greater or equal to 0, but found to be ", FloatRepr(lambd), "."));
  }
  return {.op = Op::Of<SoftshrinkOp>({.lambd = lambd}), .repr = reader.NumberAsGiven("lambd", "0.5")};
}

RealActivation ReadHardtanh(AttributeReader& reader) {
  const double min = reader.Float("min_val", -1);
  const double max = reader.Float("max_val", 1);
  const std::string repr = absl::StrCat("min_val=", reader.NumberAsGiven("min_val", "-1.0"),
                                        ", max_val=", reader.NumberAsGiven("max_val", "1.0"));
  return Clamped(min, max, WithInplace(reader, repr));
}

RealActivation ReadRelu6(AttributeReader& reader) { return Clamped(0, 6, WithInplace(reader, "")); }

RealActivation ReadLeakyRelu(AttributeReader& reader) {
  const double slope = reader.Float("negative_slope", 0.01);
  const std::string repr = absl::StrCat("negative_slope=", reader.NumberAsGiven("negative_slope", "0.01"));
  return {.op = Op::Of<LeakyReluOp>({.slope = slope}), .repr = WithInplace(reader, repr)};
}

RealActivation ReadSoftplus(AttributeReader& reader) {
  return {.op = Op::Of<SoftplusOp>({.beta = reader.Float("beta", 1), .threshold = reader.Float("threshold", 20)}),
          .repr = absl::StrCat("beta=", reader.NumberAsGiven("beta", "1"),
                               ", threshold=", reader.NumberAsGiven("threshold", "20"))};
}

RealActivation ReadThreshold(AttributeReader& reader) {
  for (const absl::string_view name : {"threshold", "value"}) {
    if (!reader.Has(name)) reader.Fail(absl::StrCat(name, ": it must be set"));
  }
  const std::string repr =
      absl::StrCat("threshold=", reader.NumberAsGiven("threshold", ""), ", value=", reader.NumberAsGiven("value", ""));
  return {.op = Op::Of<ThresholdOp>({.threshold = reader.Float("threshold", 0), .value = reader.Float("value", 0)}),
          .repr = WithInplace(reader, repr)};
}

RealActivation ReadGelu(AttributeReader& reader) {
  const std::string approximate = reader.String("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    reader.Fail("approximate: approximate argument must be either none or tanh.");
  }
  return {.op = Op::Of<GeluOp>({.tanh = approximate == "tanh"}),
          .repr = absl::StrCat("approximate='", approximate, "'")};
}

RealActivation ReadMish(AttributeReader& reader) { return {.op = Op::Of<MishOp>({}), .repr = WithInplace(reader, "")}; }
RealActivation ReadRelu(AttributeReader& reader) { return {.op = Op::Of<ReluOp>({}), .repr = WithInplace(reader, "")}; }
RealActivation ReadSilu(AttributeReader& reader) { return {.op = Op::Of<SiluOp>({}), .repr = WithInplace(reader, "")}; }
RealActivation ReadHardsigmoid(AttributeReader& reader) { return WithSilentInplace(reader, Op::Of<HardsigmoidOp>({})); }
RealActivation ReadHardswish(AttributeReader& reader) { return WithSilentInplace(reader, Op::Of<HardswishOp>({})); }
RealActivation ReadLogSigmoid(AttributeReader&) { return {.op = Op::Of<LogSigmoidOp>({})}; }
RealActivation ReadSigmoid(AttributeReader&) { return {.op = Op::Of<SigmoidOp>({}), .promotes_integers = true}; }
RealActivation ReadSoftsign(AttributeReader&) { return {.op = Op::Of<SoftsignOp>({}), .promotes_integers = true}; }
RealActivation ReadTanh(AttributeReader&) { return {.op = Op::Of<TanhOp>({}), .promotes_integers = true}; }
RealActivation ReadTanhshrink(AttributeReader&) { return {.op = Op::Of<TanhshrinkOp>({}), .promotes_integers = true}; }

}  // namespace moduled::nn
