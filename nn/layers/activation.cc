#include "nn/layers/activation.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/axes.h"
#include "nn/ops/gelu.h"
#include "nn/ops/hardsigmoid.h"
#include "nn/ops/hardswish.h"
#include "nn/ops/log_softmax.h"
#include "nn/ops/relu.h"
#include "nn/ops/sigmoid.h"
#include "nn/ops/silu.h"
#include "nn/ops/softmax.h"
#include "nn/ops/tanh.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// One operator of one input.
class Activation final : public UnaryLayer {
 public:
  struct Kind {
    absl::string_view name;
    Op op;
    bool promotes_ints = false;  // To float32, as torch's unary functions of reals.
    std::string extra_repr = {};
  };

  Activation(const LayerArguments& arguments, Kind kind)
      : UnaryLayer(kind.name, arguments),
        op_(std::move(kind.op)),
        promotes_ints_(kind.promotes_ints),
        extra_repr_(std::move(kind.extra_repr)) {}

  std::string ExtraRepr() const override { return extra_repr_; }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    if (promotes_ints_ && !IsFloatingPoint(trace.spec(input).dtype)) {
      ASSIGN_OR_RETURN(input, CastTo(trace, input, DType::kFloat32));
    }
    ASSIGN_OR_RETURN(const std::vector<Value> outputs, trace.Apply(op_, {input}));
    return outputs.front();
  }

 private:
  Op op_;
  bool promotes_ints_;
  std::string extra_repr_;
};

// An activation that takes `inplace`.
LayerResult CreateInplace(const LayerArguments& arguments, absl::string_view name, Op op, bool repr_shows_inplace) {
  AttributeReader reader(arguments.attributes);
  const bool inplace = reader.Bool("inplace", false);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<Activation>(
      arguments,
      Activation::Kind{.name = name,
                       .op = std::move(op),
                       .extra_repr = inplace && repr_shows_inplace ? std::string("inplace=True") : std::string()});
}

// An activation without arguments that is a function of real numbers.
LayerResult CreatePlain(const LayerArguments& arguments, absl::string_view name, Op op) {
  RETURN_IF_ERROR(AttributeReader(arguments.attributes).Finish());
  return std::make_shared<Activation>(arguments,
                                      Activation::Kind{.name = name, .op = std::move(op), .promotes_ints = true});
}

// Softmax or LogSoftmax: SoftmaxLike is the operator.
template <class SoftmaxLike>
class AlongAxis final : public UnaryLayer {
 public:
  AlongAxis(absl::string_view name, const LayerArguments& arguments, std::optional<int64_t> dim)
      : UnaryLayer(name, arguments), dim_(dim) {}

  std::string ExtraRepr() const override {
    return absl::StrCat("dim=", dim_.has_value() ? absl::StrCat(*dim_) : "None");
  }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    const size_t rank = trace.spec(input).shape.rank();
    ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim_.value_or(ImplicitSoftmaxAxis(rank)), rank));
    return trace.Apply<SoftmaxLike>({.axis = axis}, {input});
  }

 private:
  std::optional<int64_t> dim_;
};

template <class SoftmaxLike>
LayerResult CreateAlongAxis(const LayerArguments& arguments, absl::string_view name) {
  AttributeReader reader(arguments.attributes);
  const std::optional<int64_t> dim = reader.OptionalInt("dim", kAnyInt);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<AlongAxis<SoftmaxLike>>(name, arguments, dim);
}

LayerResult CreateReLU(const LayerArguments& arguments) {
  return CreateInplace(arguments, "ReLU", Op::Of<ReluOp>({}), /*repr_shows_inplace=*/true);
}

LayerResult CreateSigmoid(const LayerArguments& arguments) {
  return CreatePlain(arguments, "Sigmoid", Op::Of<SigmoidOp>({}));
}

LayerResult CreateTanh(const LayerArguments& arguments) { return CreatePlain(arguments, "Tanh", Op::Of<TanhOp>({})); }

LayerResult CreateGELU(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const std::string approximate = reader.String("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    reader.Fail("approximate: approximate argument must be either none or tanh.");
  }
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<Activation>(arguments,
                                      Activation::Kind{.name = "GELU",
                                                       .op = Op::Of<GeluOp>({.tanh = approximate == "tanh"}),
                                                       .extra_repr = absl::StrCat("approximate='", approximate, "'")});
}

LayerResult CreateSiLU(const LayerArguments& arguments) {
  return CreateInplace(arguments, "SiLU", Op::Of<SiluOp>({}), /*repr_shows_inplace=*/true);
}

LayerResult CreateHardswish(const LayerArguments& arguments) {
  return CreateInplace(arguments, "Hardswish", Op::Of<HardswishOp>({}), /*repr_shows_inplace=*/false);
}

LayerResult CreateHardsigmoid(const LayerArguments& arguments) {
  return CreateInplace(arguments, "Hardsigmoid", Op::Of<HardsigmoidOp>({}), /*repr_shows_inplace=*/false);
}

LayerResult CreateSoftmax(const LayerArguments& arguments) { return CreateAlongAxis<SoftmaxOp>(arguments, "Softmax"); }

LayerResult CreateLogSoftmax(const LayerArguments& arguments) {
  return CreateAlongAxis<LogSoftmaxOp>(arguments, "LogSoftmax");
}

constexpr LayerInfo kLayers[] = {
    {"ReLU", CreateReLU},
    {"Sigmoid", CreateSigmoid},
    {"Tanh", CreateTanh},
    {"GELU", CreateGELU},
    {"SiLU", CreateSiLU},
    {"Hardswish", CreateHardswish},
    {"Hardsigmoid", CreateHardsigmoid},
    {"Softmax", CreateSoftmax},
    {"LogSoftmax", CreateLogSoftmax},
};

}  // namespace

absl::Span<const LayerInfo> ActivationLayers() { return kLayers; }

}  // namespace moduled::nn
