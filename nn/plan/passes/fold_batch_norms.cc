// Batch normalisation with running statistics is a scale and a shift of each channel: of a convolution or a linear
// layer before it they can be part of the weights. Not for Precision::kExact: sums of scaled products round
// differently.
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "nn/ops/batch_norm.h"
#include "nn/ops/convolution.h"
#include "nn/ops/linear.h"
#include "nn/plan/passes/pass.h"
#include "nn/tensor/file_pages.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct Fold {
  Tensor weight;
  std::optional<Tensor> bias;
  Tensor mean, var;
  std::optional<Tensor> gamma, beta;
  double eps = 0;

  double Scale(int64_t o) const {
    const double gain = !gamma.has_value() ? 1.0 : gamma->elements<float>()[o];
    return gain / std::sqrt(static_cast<double>(var.elements<float>()[o]) + eps);
  }
  // What the folded tensors depend on.
  std::string Text() const {
    const auto address = [](const std::optional<Tensor>& tensor) {
      return absl::Hex(reinterpret_cast<uintptr_t>(tensor.has_value() ? tensor->data() : nullptr));
    };
    return absl::StrCat(address(weight), " ", address(bias), " batch norm ", address(mean), " ", address(var), " ",
                        address(gamma), " ", address(beta), " ", eps);
  }
};

absl::StatusOr<Tensor> FoldedWeight(const Fold& fold) {
  ASSIGN_OR_RETURN(Tensor folded, Tensor::Allocate(fold.weight.spec()));
  const absl::Span<const float> weight = fold.weight.elements<float>();
  const absl::Span<float> result = folded.mutable_elements<float>();
  const int64_t channels = fold.weight.shape()[0];
  const size_t row = weight.size() / static_cast<size_t>(channels);
  for (int64_t o = 0; o < channels; ++o) {
    const double scale = fold.Scale(o);
    for (size_t i = static_cast<size_t>(o) * row; i < static_cast<size_t>(o + 1) * row; ++i) {
      result[i] = static_cast<float>(weight[i] * scale);
    }
  }
  DropFilePages(fold.weight);
  return folded;
}

absl::StatusOr<Tensor> FoldedBias(const Fold& fold) {
  const int64_t channels = fold.weight.shape()[0];
  ASSIGN_OR_RETURN(Tensor folded, Tensor::Allocate({DType::kFloat32, {channels}}));
  for (int64_t o = 0; o < channels; ++o) {
    const double before = !fold.bias.has_value() ? 0.0 : fold.bias->elements<float>()[o];
    const double shift = !fold.beta.has_value() ? 0.0 : fold.beta->elements<float>()[o];
    folded.mutable_elements<float>()[o] =
        static_cast<float>((before - fold.mean.elements<float>()[o]) * fold.Scale(o) + shift);
  }
  return folded;
}

// The fold of a batch_norm into the node that makes its input, nullopt where there is none.
std::optional<Fold> FoldOf(const Rewrite& rewrite, const Node& norm, const Node& before) {
  if (before.op.As<ConvolutionOp>() == nullptr && before.op.As<LinearOp>() == nullptr) return std::nullopt;
  const BatchNormOp::Attrs& attrs = *norm.op.As<BatchNormOp>();
  if (before.op.As<LinearOp>() != nullptr && rewrite.spec(norm.inputs[0]).shape.rank() != 2) return std::nullopt;
  if (rewrite.spec(norm.inputs[0]).dtype != DType::kFloat32) return std::nullopt;
  const auto constant = [&](const Node& node, size_t input) {
    const Tensor* found = input < node.inputs.size() ? rewrite.constant(node.inputs[input]) : nullptr;
    return found == nullptr ? std::nullopt : std::make_optional(*found);
  };
  const std::optional<Tensor> weight = constant(before, 1), mean = constant(norm, 1), var = constant(norm, 2);
  if (!weight.has_value() || !mean.has_value() || !var.has_value() || weight->numel() == 0) return std::nullopt;
  const Fold fold = {*weight, constant(before, 2), *mean, *var, constant(norm, 3), constant(norm, 4), attrs.eps};
  const bool bias_is_known = before.inputs.size() < 3 || fold.bias.has_value();
  const bool affine_is_known = !attrs.affine || (fold.gamma.has_value() && fold.beta.has_value());
  return bias_is_known && affine_is_known ? std::make_optional(fold) : std::nullopt;
}

Recipe Later(const Fold& fold, absl::string_view what, TensorSpec spec, absl::StatusOr<Tensor> (*make)(const Fold&)) {
  return {std::move(spec), absl::StrCat(what, " ", fold.Text()), [fold, make] { return make(fold); }};
}

}  // namespace

absl::Status FoldBatchNorms(Rewrite& rewrite, const PlanOptions& options) {
  if (options.precision == Precision::kExact) return absl::OkStatus();
  for (size_t at = 0; at < rewrite.size(); ++at) {
    if (!rewrite.alive(at) || rewrite.node(at).op.As<BatchNormOp>() == nullptr) continue;
    const Node norm = rewrite.node(at);
    const std::optional<size_t> producer = rewrite.Producer(norm.inputs[0]);
    if (!producer.has_value() || rewrite.OnlyReader(norm.inputs[0]) != at) continue;
    const Node before = rewrite.node(*producer);
    const std::optional<Fold> fold = FoldOf(rewrite, norm, before);
    if (!fold.has_value()) continue;
    const TensorSpec bias = {DType::kFloat32, {fold->weight.shape()[0]}};
    const std::vector<Value> inputs = {before.inputs[0],
                                       rewrite.AddConstant(Later(*fold, "weight", fold->weight.spec(), FoldedWeight)),
                                       rewrite.AddConstant(Later(*fold, "bias of", bias, FoldedBias))};
    rewrite.Remove(*producer);
    rewrite.Replace(at, {before.op, inputs, norm.outputs, before.call, {std::string(norm.op.name())}});
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
