// Activations with parameters: functions of one real number.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/activation.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/forward_layer.h"
#include "nn/modules/python_text.h"
#include "nn/ops/elu.h"
#include "nn/ops/hardshrink.h"
#include "nn/ops/hardtanh.h"
#include "nn/ops/leaky_relu.h"
#include "nn/ops/log_sigmoid.h"
#include "nn/ops/mish.h"
#include "nn/ops/softplus.h"
#include "nn/ops/softshrink.h"
#include "nn/ops/softsign.h"
#include "nn/ops/tanhshrink.h"
#include "nn/ops/threshold.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

LayerResult MakeLayer(const LayerArguments& arguments, absl::string_view name, std::string repr, Op op) {
  const auto apply = [op = std::move(op)](Trace& trace, Value input) -> absl::StatusOr<Symbol> {
    ASSIGN_OR_RETURN(const std::vector<Value> outputs, trace.Apply(op, {input}));
    return outputs.front();
  };
  return std::make_shared<ForwardLayer>(name, arguments, std::move(repr), apply);
}

std::string InplaceText(bool inplace) { return inplace ? ", inplace=True" : ""; }

LayerResult CreateELU(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double alpha = reader.Float("alpha", 1);
  const bool inplace = reader.Bool("inplace", false);
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(arguments, "ELU", absl::StrCat("alpha=", FloatRepr(alpha), InplaceText(inplace)),
                   Op::Of<EluOp>({.alpha = alpha}));
}

LayerResult CreateCELU(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double alpha = reader.Float("alpha", 1);
  const bool inplace = reader.Bool("inplace", false);
  if (alpha == 0) reader.Fail("alpha: ZeroDivisionError: alpha cannot be 0 for CELU");
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(arguments, "CELU", absl::StrCat("alpha=", FloatRepr(alpha), InplaceText(inplace)),
                   Op::Of<EluOp>({.alpha = alpha, .input_scale = 1 / alpha}));
}

LayerResult CreateSELU(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const bool inplace = reader.Bool("inplace", false);
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(
      arguments, "SELU", inplace ? "inplace=True" : "",
      Op::Of<EluOp>({.alpha = 1.6732632423543772848170429916717, .scale = 1.0507009873554804934193349852946}));
}

LayerResult CreateHardshrink(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double lambd = reader.Float("lambd", 0.5);
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(arguments, "Hardshrink", FloatRepr(lambd), Op::Of<HardshrinkOp>({.lambd = lambd}));
}

LayerResult CreateSoftshrink(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double lambd = reader.Float("lambd", 0.5);
  if (!(lambd >= 0)) {
    reader.Fail(absl::StrCat("lambd: lambda must be greater or equal to 0, but found to be ", FloatRepr(lambd), "."));
  }
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(arguments, "Softshrink", FloatRepr(lambd), Op::Of<SoftshrinkOp>({.lambd = lambd}));
}

LayerResult CreateHardtanh(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double low = reader.Float("min_val", -1);
  const double high = reader.Float("max_val", 1);
  const bool inplace = reader.Bool("inplace", false);
  if (!(high > low)) reader.Fail("max_val: must be greater than min_val");
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(arguments, "Hardtanh",
                   absl::StrCat("min_val=", FloatRepr(low), ", max_val=", FloatRepr(high), InplaceText(inplace)),
                   Op::Of<HardtanhOp>({.min = low, .max = high}));
}

LayerResult CreateReLU6(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const bool inplace = reader.Bool("inplace", false);
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(arguments, "ReLU6", inplace ? "inplace=True" : "", Op::Of<HardtanhOp>({.min = 0, .max = 6}));
}

LayerResult CreateLeakyReLU(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double slope = reader.Float("negative_slope", 0.01);
  const bool inplace = reader.Bool("inplace", false);
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(arguments, "LeakyReLU", absl::StrCat("negative_slope=", FloatRepr(slope), InplaceText(inplace)),
                   Op::Of<LeakyReluOp>({.slope = slope}));
}

LayerResult CreateMish(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const bool inplace = reader.Bool("inplace", false);
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(arguments, "Mish", inplace ? "inplace=True" : "", Op::Of<MishOp>({}));
}

LayerResult CreateSoftplus(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double beta = reader.Float("beta", 1);
  const double threshold = reader.Float("threshold", 20);
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(
      arguments, "Softplus",
      absl::StrCat("beta=", reader.AsGiven("beta", "1"), ", threshold=", reader.AsGiven("threshold", "20")),
      Op::Of<SoftplusOp>({.beta = beta, .threshold = threshold}));
}

LayerResult CreateThreshold(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  for (const char* name : {"threshold", "value"}) {
    if (!reader.Has(name)) reader.Fail(absl::StrCat(name, ": it must be set"));
  }
  const double threshold = reader.Float("threshold", 0);
  const double value = reader.Float("value", 0);
  const bool inplace = reader.Bool("inplace", false);
  RETURN_IF_ERROR(reader.Finish());
  return MakeLayer(arguments, "Threshold",
                   absl::StrCat("threshold=", reader.AsGiven("threshold", ""), ", value=", reader.AsGiven("value", ""),
                                InplaceText(inplace)),
                   Op::Of<ThresholdOp>({.threshold = threshold, .value = value}));
}

template <class T>
LayerResult CreatePlain(const LayerArguments& arguments, absl::string_view name) {
  RETURN_IF_ERROR(AttributeReader(arguments.attributes).Finish());
  return MakeLayer(arguments, name, "", Op::Of<T>({}));
}

LayerResult CreateLogSigmoid(const LayerArguments& arguments) {
  return CreatePlain<LogSigmoidOp>(arguments, "LogSigmoid");
}
LayerResult CreateSoftsign(const LayerArguments& arguments) { return CreatePlain<SoftsignOp>(arguments, "Softsign"); }
LayerResult CreateTanhshrink(const LayerArguments& arguments) {
  return CreatePlain<TanhshrinkOp>(arguments, "Tanhshrink");
}

constexpr LayerInfo kLayers[] = {
    {"ELU", CreateELU},
    {"CELU", CreateCELU},
    {"SELU", CreateSELU},
    {"Hardshrink", CreateHardshrink},
    {"Softshrink", CreateSoftshrink},
    {"Hardtanh", CreateHardtanh},
    {"ReLU6", CreateReLU6},
    {"LeakyReLU", CreateLeakyReLU},
    {"LogSigmoid", CreateLogSigmoid},
    {"Mish", CreateMish},
    {"Softplus", CreateSoftplus},
    {"Softsign", CreateSoftsign},
    {"Tanhshrink", CreateTanhshrink},
    {"Threshold", CreateThreshold},
};

}  // namespace

absl::Span<const LayerInfo> RealActivationLayers() { return kLayers; }

}  // namespace moduled::nn
