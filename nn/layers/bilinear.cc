// torch.nn.Bilinear.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/bilinear_forward.h"
#include "nn/layers/linear.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class BilinearLayer final : public Layer {
 public:
  BilinearLayer(const LayerArguments& arguments, int64_t in1, int64_t in2, int64_t out, bool bias)
      : Layer("Bilinear", arguments), in1_(in1), in2_(in2), out_(out), bias_(bias) {}

  absl::Status Initialise(InitContext& context) {
    const double bound = 1 / std::sqrt(static_cast<double>(in1_));
    RETURN_IF_ERROR(AddParameter(context, "weight", {out_, in1_, in2_}, init::Uniform(-bound, bound)));
    if (!bias_) return RegisterParameter("bias", nullptr);
    return AddParameter(context, "bias", {out_}, init::Uniform(-bound, bound));
  }

  std::string ExtraRepr() const override {
    return absl::StrCat("in1_features=", in1_, ", in2_features=", in2_, ", out_features=", out_,
                        ", bias=", BoolRepr(bias_));
  }

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override {
    ASSIGN_OR_RETURN(const BoundArguments bound,
                     BoundArguments::Bind("Bilinear.forward", /*is_method=*/true, {{"input1"}, {"input2"}}, arguments));
    ASSIGN_OR_RETURN(const Value first, bound.Tensor(0));
    ASSIGN_OR_RETURN(const Value second, bound.Tensor(1));
    std::optional<Value> bias;
    if (bias_) bias = trace.Use(**parameter_slots().Find("bias"));
    return Bilinear(trace, first, second, trace.Use(**parameter_slots().Find("weight")), bias);
  }

 private:
  int64_t in1_;
  int64_t in2_;
  int64_t out_;
  bool bias_;
};

LayerResult CreateBilinear(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const int64_t in1 = reader.Int("in1_features", kPositive);
  const int64_t in2 = reader.Int("in2_features", kPositive);
  const int64_t out = reader.Int("out_features", kPositive);
  const bool bias = reader.Bool("bias", true);
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<BilinearLayer>(arguments, in1, in2, out, bias);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

constexpr LayerInfo kLayers[] = {
    {"Bilinear", CreateBilinear},
};

}  // namespace

absl::Span<const LayerInfo> BilinearLayers() { return kLayers; }

}  // namespace moduled::nn
