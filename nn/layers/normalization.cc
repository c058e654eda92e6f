#include "nn/layers/normalization.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/attribute_reader.h"
#include "nn/modules/python_text.h"
#include "nn/ops/batch_norm.h"
#include "nn/ops/batch_norm_training.h"
#include "nn/ops/layer_norm.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct BatchNormOptions {
  int64_t num_features;
  double eps;
  std::optional<double> momentum;
  bool affine;
  bool track_running_stats;
};

class BatchNorm2d final : public UnaryLayer {
 public:
  BatchNorm2d(const LayerArguments& arguments, BatchNormOptions options)
      : UnaryLayer("BatchNorm2d", arguments), options_(options) {}

  absl::Status Initialise(InitContext& context) {
    const Shape channels{options_.num_features};
    if (options_.affine) {
      RETURN_IF_ERROR(AddParameter(context, "weight", channels, init::Ones()));
      RETURN_IF_ERROR(AddParameter(context, "bias", channels, init::Zeros()));
    } else {
      RETURN_IF_ERROR(RegisterParameter("weight", nullptr));
      RETURN_IF_ERROR(RegisterParameter("bias", nullptr));
    }
    if (options_.track_running_stats) {
      RETURN_IF_ERROR(AddBuffer(context, "running_mean", channels, init::Zeros()));
      RETURN_IF_ERROR(AddBuffer(context, "running_var", channels, init::Ones()));
      ASSIGN_OR_RETURN(Tensor zero, context.MakeZeros({DType::kInt64, {}}));
      return RegisterBuffer("num_batches_tracked", std::make_shared<Buffer>(Buffer{.data = std::move(zero)}));
    }
    RETURN_IF_ERROR(RegisterBuffer("running_mean", nullptr));
    RETURN_IF_ERROR(RegisterBuffer("running_var", nullptr));
    return RegisterBuffer("num_batches_tracked", nullptr);
  }

  int64_t state_version() const override { return 2; }  // num_batches_tracked came with version 2.

  std::string ExtraRepr() const override {
    return absl::StrCat(options_.num_features, ", eps=", FloatRepr(options_.eps),
                        ", momentum=", options_.momentum.has_value() ? FloatRepr(*options_.momentum) : "None",
                        ", affine=", BoolRepr(options_.affine),
                        ", track_running_stats=", BoolRepr(options_.track_running_stats));
  }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    const Shape& shape = trace.spec(input).shape;
    if (shape.rank() != 4) {
      return absl::InvalidArgumentError(absl::StrCat("expected 4D input (got ", shape.rank(), "D input)"));
    }
    if (options_.track_running_stats && shape[1] != options_.num_features) {
      return absl::InvalidArgumentError(
          absl::StrCat("running_mean should contain ", shape[1], " elements not ", options_.num_features));
    }
    if (!training() && options_.track_running_stats) {
      return trace.Apply<BatchNormOp>({.eps = options_.eps, .affine = options_.affine},
                                      InputAndState(trace, input, {"running_mean", "running_var", "weight", "bias"}));
    }
    const Op op = Op::Of<BatchNormTrainingOp>({.eps = options_.eps, .affine = options_.affine});
    ASSIGN_OR_RETURN(const std::vector<Value> outputs,
                     trace.Apply(op, InputAndState(trace, input, {"weight", "bias"})));
    return outputs.front();
  }

 private:
  BatchNormOptions options_;
};

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

LayerResult CreateBatchNorm2d(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  BatchNormOptions options;
  options.num_features = reader.Int("num_features", kPositive);
  options.eps = reader.Float("eps", 1e-5);
  options.momentum = reader.Float("momentum", 0.1);
  if (reader.Bool("momentum_none", false)) {
    if (reader.Has("momentum")) reader.Fail("momentum_none: momentum and momentum_none cannot both be set");
    options.momentum.reset();
  }
  options.affine = reader.Bool("affine", true);
  options.track_running_stats = reader.Bool("track_running_stats", true);
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<BatchNorm2d>(arguments, options);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

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

constexpr LayerInfo kLayers[] = {
    {"BatchNorm2d", CreateBatchNorm2d},
    {"LayerNorm", CreateLayerNorm},
};

}  // namespace

absl::Span<const LayerInfo> NormalizationLayers() { return kLayers; }

}  // namespace moduled::nn
