#include "nn/layers/linear.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/lazy.h"
#include "nn/modules/python_text.h"
#include "nn/ops/linear.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class Identity final : public Layer {
 public:
  using Layer::Layer;

  absl::StatusOr<Symbol> Forward(Trace&, const Arguments& arguments) const override {
    ASSIGN_OR_RETURN(const BoundArguments bound, BindInput(arguments));
    return *bound.Find(0);  // Of any type.
  }
};

struct LinearOptions {
  int64_t in_features = 0;  // 0 while it is lazy.
  int64_t out_features;
  bool bias;

  std::string Repr() const {
    return absl::StrCat("in_features=", in_features, ", out_features=", out_features, ", bias=", BoolRepr(bias));
  }
};

class Linear final : public UnaryLayer {
 public:
  Linear(absl::string_view type, const LayerArguments& arguments, const LinearOptions& options)
      : UnaryLayer(type, arguments), options_(options) {}

  absl::Status Initialise(InitContext& context) {
    const Shape weight{options_.out_features, options_.in_features};
    RETURN_IF_ERROR(AddParameter(context, "weight", weight, init::KaimingUniform(std::sqrt(5.0))));
    if (!options_.bias) return RegisterParameter("bias", nullptr);
    return AddParameter(context, "bias", {options_.out_features}, init::BiasUniform(options_.in_features));
  }

  std::string ExtraRepr() const override { return options_.Repr(); }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    return trace.Apply<LinearOp>({}, InputAndState(trace, input, {"weight", "bias"}));
  }

 private:
  LinearOptions options_;
};

absl::StatusOr<LinearOptions> ReadLinear(const LayerArguments& arguments, bool lazy) {
  AttributeReader reader(arguments.attributes);
  LinearOptions options;
  if (!lazy) options.in_features = reader.Int("in_features", kPositive);
  options.out_features = reader.Int("out_features", kPositive);
  options.bias = reader.Bool("bias", true);
  RETURN_IF_ERROR(reader.Finish());
  return options;
}

LayerResult CreateIdentity(const LayerArguments& arguments) {
  const AttributeReader reader(arguments.attributes);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<Identity>("Identity", arguments);
}

LayerResult MakeLinear(absl::string_view type, const LayerArguments& arguments) {
  ASSIGN_OR_RETURN(const LinearOptions options, ReadLinear(arguments, /*lazy=*/false));
  const auto layer = std::make_shared<Linear>(type, arguments, options);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

LayerResult CreateLinear(const LayerArguments& arguments) { return MakeLinear("Linear", arguments); }

absl::StatusOr<int64_t> LastExtent(absl::string_view, const Shape& input) {
  if (input.empty()) return absl::InvalidArgumentError("tuple index out of range");
  return input.At(-1);
}

LayerResult CreateLazyLinear(const LayerArguments& arguments) {
  ASSIGN_OR_RETURN(const LinearOptions options, ReadLinear(arguments, /*lazy=*/true));
  const LazyLayer::Target target = {.create = CreateLinear, .attribute = "in_features", .infer = LastExtent};
  return std::make_shared<LazyLayer>("LazyLinear", arguments, target, options.Repr());
}

// How torch calls the Linear that MultiheadAttention makes.
constexpr absl::string_view kAttentionLinear = "NonDynamicallyQuantizableLinear";

constexpr LayerInfo kLayers[] = {
    {"Identity", CreateIdentity},
    {"Linear", CreateLinear},
    {"LazyLinear", CreateLazyLinear},
    {kAttentionLinear, [](const LayerArguments& arguments) { return MakeLinear(kAttentionLinear, arguments); }},
};

}  // namespace

absl::Span<const LayerInfo> LinearLayers() { return kLayers; }

}  // namespace moduled::nn
