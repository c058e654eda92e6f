#include "nn/layers/linear.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
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

class Linear final : public UnaryLayer {
 public:
  Linear(absl::string_view type, const LayerArguments& arguments, int64_t in_features, int64_t out_features, bool bias)
      : UnaryLayer(type, arguments), in_features_(in_features), out_features_(out_features), bias_(bias) {}

  absl::Status Initialise(InitContext& context) {
    const Shape weight{out_features_, in_features_};
    RETURN_IF_ERROR(AddParameter(context, "weight", weight, init::KaimingUniform(std::sqrt(5.0))));
    if (!bias_) return RegisterParameter("bias", nullptr);
    return AddParameter(context, "bias", {out_features_}, init::BiasUniform(in_features_));
  }

  std::string ExtraRepr() const override {
    return absl::StrCat("in_features=", in_features_, ", out_features=", out_features_, ", bias=", BoolRepr(bias_));
  }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    return trace.Apply<LinearOp>({}, InputAndState(trace, input, {"weight", "bias"}));
  }

 private:
  int64_t in_features_;
  int64_t out_features_;
  bool bias_;
};

LayerResult CreateIdentity(const LayerArguments& arguments) {
  const AttributeReader reader(arguments.attributes);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<Identity>("Identity", arguments);
}

LayerResult CreateLinear(absl::string_view type, const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const int64_t in_features = reader.Int("in_features", kPositive);
  const int64_t out_features = reader.Int("out_features", kPositive);
  const bool bias = reader.Bool("bias", true);
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<Linear>(type, arguments, in_features, out_features, bias);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

// How torch calls the Linear that MultiheadAttention makes.
constexpr absl::string_view kAttentionLinear = "NonDynamicallyQuantizableLinear";

constexpr LayerInfo kLayers[] = {
    {"Identity", CreateIdentity},
    {"Linear", [](const LayerArguments& arguments) { return CreateLinear("Linear", arguments); }},
    {kAttentionLinear, [](const LayerArguments& arguments) { return CreateLinear(kAttentionLinear, arguments); }},
};

}  // namespace

absl::Span<const LayerInfo> LinearLayers() { return kLayers; }

}  // namespace moduled::nn
