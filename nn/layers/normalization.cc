#include "nn/layers/normalization.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/forward_layer.h"
#include "nn/layers/normalization_forward.h"
#include "nn/modules/python_text.h"
#include "nn/ops/layer_norm.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class LayerNorm final : public UnaryLayer {
 public:
  LayerNorm(const LayerArguments& arguments, std::vector<int64_t> normalized_shape, double eps, bool affine, bool bias)
      : UnaryLayer("LayerNorm", arguments),
        normalized_shape_(std::move(normalized_shape)),
        eps_(eps),
        affine_(affine),
        bias_(bias) {}

  absl::Status Initialise(InitContext& context) {
    const Shape shape(normalized_shape_);
    RETURN_IF_ERROR(affine_ ? AddParameter(context, "weight", shape, init::Ones())
                            : RegisterParameter("weight", nullptr));
    return bias_ ? AddParameter(context, "bias", shape, init::Zeros()) : RegisterParameter("bias", nullptr);
  }

  std::string ExtraRepr() const override {
    return absl::StrCat(TupleRepr(normalized_shape_), ", eps=", FloatRepr(eps_),
                        ", elementwise_affine=", BoolRepr(affine_));
  }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    const Shape& shape = trace.spec(input).shape;
    const size_t axes = normalized_shape_.size();
    if (shape.rank() < axes || shape.extents().subspan(shape.rank() - axes) != absl::MakeConstSpan(normalized_shape_)) {
      const std::string want = absl::StrJoin(normalized_shape_, ", ");
      return absl::InvalidArgumentError(absl::StrCat("Given normalized_shape=[", want,
                                                     "], expected input with shape [*, ", want,
                                                     "], but got input of size", shape.ToString()));
    }
    return trace.Apply<LayerNormOp>({.axes = static_cast<int64_t>(axes), .eps = eps_, .weight = affine_, .bias = bias_},
                                    InputAndState(trace, input, {"weight", "bias"}));
  }

 private:
  std::vector<int64_t> normalized_shape_;
  double eps_;
  bool affine_;
  bool bias_;
};

LayerResult CreateLayerNorm(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  std::vector<int64_t> normalized_shape = reader.Ints("normalized_shape", kPositive);
  const double eps = reader.Float("eps", 1e-5);
  const bool affine = reader.Bool("elementwise_affine", true);
  const bool bias = reader.Bool("bias", true) && affine;
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<LayerNorm>(arguments, std::move(normalized_shape), eps, affine, bias);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

class GroupNormLayer final : public UnaryLayer {
 public:
  GroupNormLayer(const LayerArguments& arguments, int64_t groups, int64_t channels, double eps, bool affine)
      : UnaryLayer("GroupNorm", arguments), groups_(groups), channels_(channels), eps_(eps), affine_(affine) {}

  absl::Status Initialise(InitContext& context) {
    if (affine_) {
      RETURN_IF_ERROR(AddParameter(context, "weight", {channels_}, init::Ones()));
      return AddParameter(context, "bias", {channels_}, init::Zeros());
    }
    RETURN_IF_ERROR(RegisterParameter("weight", nullptr));
    return RegisterParameter("bias", nullptr);
  }

  std::string ExtraRepr() const override {
    return absl::StrCat(groups_, ", ", channels_, ", eps=", FloatRepr(eps_), ", affine=", BoolRepr(affine_));
  }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    const Shape shape = trace.spec(input).shape;
    if (affine_ && shape.rank() >= 2 && shape[1] != channels_) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expected weight to be a vector of size equal to the number of channels in input, but got "
                       "weight of shape [",
                       channels_, "] and input of shape ", shape.ToString()));
    }
    Affine affine;
    if (affine_) {
      affine.weight = trace.Use(**parameter_slots().Find("weight"));
      affine.bias = trace.Use(**parameter_slots().Find("bias"));
    }
    return GroupNorm(trace, input, groups_, affine, eps_);
  }

 private:
  int64_t groups_;
  int64_t channels_;
  double eps_;
  bool affine_;
};

LayerResult CreateGroupNorm(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const int64_t groups = reader.Int("num_groups", kPositive);
  const int64_t channels = reader.Int("num_channels", kPositive);
  const double eps = reader.Float("eps", 1e-5);
  const bool affine = reader.Bool("affine", true);
  if (groups > 0 && channels % groups != 0) reader.Fail("num_channels: num_channels must be divisible by num_groups");
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<GroupNormLayer>(arguments, groups, channels, eps, affine);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

class RMSNorm final : public UnaryLayer {
 public:
  RMSNorm(const LayerArguments& arguments, std::vector<int64_t> normalized_shape, std::optional<double> eps,
          bool affine)
      : UnaryLayer("RMSNorm", arguments), normalized_shape_(std::move(normalized_shape)), eps_(eps), affine_(affine) {}

  absl::Status Initialise(InitContext& context) {
    return affine_ ? AddParameter(context, "weight", Shape(normalized_shape_), init::Ones())
                   : RegisterParameter("weight", nullptr);
  }

  std::string ExtraRepr() const override {
    return absl::StrCat(TupleRepr(normalized_shape_), ", eps=", eps_.has_value() ? FloatRepr(*eps_) : "None",
                        ", elementwise_affine=", BoolRepr(affine_));
  }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    std::optional<Value> weight;
    if (affine_) weight = trace.Use(**parameter_slots().Find("weight"));
    return RmsNorm(trace, input, normalized_shape_, weight, eps_);
  }

 private:
  std::vector<int64_t> normalized_shape_;
  std::optional<double> eps_;
  bool affine_;
};

LayerResult CreateRMSNorm(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  std::vector<int64_t> normalized_shape = reader.Ints("normalized_shape", kPositive);
  std::optional<double> eps;
  if (reader.Has("eps")) eps = reader.Float("eps", 0);
  const bool affine = reader.Bool("elementwise_affine", true);
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<RMSNorm>(arguments, std::move(normalized_shape), eps, affine);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

using ResponseFunction = absl::StatusOr<Value> (*)(Trace& trace, Value input, const LocalResponse& response);

template <ResponseFunction kApply>
LayerResult CreateResponse(const LayerArguments& arguments, absl::string_view name, absl::string_view default_k) {
  AttributeReader reader(arguments.attributes);
  LocalResponse response;
  response.size = reader.Int("size", kExtent);
  response.alpha = reader.Float("alpha", 1e-4);
  response.beta = reader.Float("beta", 0.75);
  response.k = reader.Float("k", 1);
  const std::string repr =
      absl::StrCat(response.size, ", alpha=", reader.NumberAsGiven("alpha", "0.0001"),
                   ", beta=", reader.NumberAsGiven("beta", "0.75"), ", k=", reader.NumberAsGiven("k", default_k));
  RETURN_IF_ERROR(reader.Finish());
  const auto apply = [response](Trace& trace, Value input) -> absl::StatusOr<Symbol> {
    return kApply(trace, input, response);
  };
  return std::make_shared<ForwardLayer>(name, arguments, repr, apply);
}

LayerResult CreateLocalResponseNorm(const LayerArguments& arguments) {
  return CreateResponse<LocalResponseNorm>(arguments, "LocalResponseNorm", "1.0");
}

LayerResult CreateCrossMapLRN2d(const LayerArguments& arguments) {
  return CreateResponse<CrossMapLrn>(arguments, "CrossMapLRN2d", "1");
}

constexpr LayerInfo kLayers[] = {
    {"LayerNorm", CreateLayerNorm},
    {"GroupNorm", CreateGroupNorm},
    {"RMSNorm", CreateRMSNorm},
    {"LocalResponseNorm", CreateLocalResponseNorm},
    {"CrossMapLRN2d", CreateCrossMapLRN2d},
};

}  // namespace

absl::Span<const LayerInfo> NormalizationLayers() { return kLayers; }

}  // namespace moduled::nn
