// Batch normalisation with running statistics is a scale and a shift of each channel: of a convolution or a linear
// layer before it they can be part of the weights. Not for Precision::kExact: sums of scaled products round
// differently.
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "nn/graph/pack_cache.h"
#include "nn/ops/batch_norm.h"
#include "nn/ops/convolution.h"
#include "nn/ops/linear.h"
#include "nn/plan/passes/pass.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct Fold {
  const Tensor* weight;
  const Tensor* bias;  // Null for none.
  const Tensor *mean, *var, *gamma, *beta;
  double eps;

  double Scale(int64_t o) const {
    const double gain = gamma == nullptr ? 1.0 : gamma->elements<float>()[o];
    return gain / std::sqrt(static_cast<double>(var->elements<float>()[o]) + eps);
  }
  // What the folded tensors depend on.
  std::string Text() const {
    std::string text = "batch norm";
    for (const Tensor* tensor : {bias, mean, var, gamma, beta}) {
      absl::StrAppend(&text, " ", absl::Hex(reinterpret_cast<uintptr_t>(tensor == nullptr ? nullptr : tensor->data())));
    }
    return absl::StrCat(text, " ", eps);
  }
};

absl::StatusOr<Tensor> FoldedWeight(const Fold& fold) {
  ASSIGN_OR_RETURN(Tensor folded, Tensor::Allocate(fold.weight->spec()));
  const absl::Span<const float> weight = fold.weight->elements<float>();
  const absl::Span<float> result = folded.mutable_elements<float>();
  const int64_t channels = fold.weight->shape()[0];
  const size_t row = weight.size() / static_cast<size_t>(channels);
  for (int64_t o = 0; o < channels; ++o) {
    const double scale = fold.Scale(o);
    for (size_t i = static_cast<size_t>(o) * row; i < static_cast<size_t>(o + 1) * row; ++i) {
      result[i] = static_cast<float>(weight[i] * scale);
    }
  }
  return folded;
}

absl::StatusOr<Tensor> FoldedBias(const Fold& fold) {
  const int64_t channels = fold.weight->shape()[0];
  ASSIGN_OR_RETURN(Tensor folded, Tensor::Allocate({DType::kFloat32, {channels}}));
  for (int64_t o = 0; o < channels; ++o) {
    const double before = fold.bias == nullptr ? 0.0 : fold.bias->elements<float>()[o];
    const double shift = fold.beta == nullptr ? 0.0 : fold.beta->elements<float>()[o];
    folded.mutable_elements<float>()[o] =
        static_cast<float>((before - fold.mean->elements<float>()[o]) * fold.Scale(o) + shift);
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
    return input < node.inputs.size() ? rewrite.constant(node.inputs[input]) : nullptr;
  };
  const Fold fold = {constant(before, 1), constant(before, 2), constant(norm, 1), constant(norm, 2),
                     constant(norm, 3),   constant(norm, 4),   attrs.eps};
  const bool bias_is_known = before.inputs.size() < 3 || fold.bias != nullptr;
  const bool affine_is_known = !attrs.affine || (fold.gamma != nullptr && fold.beta != nullptr);
  if (fold.weight == nullptr || fold.mean == nullptr || fold.var == nullptr || !bias_is_known || !affine_is_known) {
    return std::nullopt;
  }
  if (fold.weight->shape().numel() == 0) return std::nullopt;
  return fold;
}

template <class Make>
absl::StatusOr<Tensor> Share(const PlanOptions& options, const Fold& fold, absl::string_view what, Make make) {
  if (options.packs == nullptr) return make(fold);
  return options.packs->Keep(*fold.weight, absl::StrCat(what, " ", fold.Text()), [&] { return make(fold); });
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
    ASSIGN_OR_RETURN(Tensor weight, Share(options, *fold, "weight with", FoldedWeight));
    ASSIGN_OR_RETURN(Tensor bias, Share(options, *fold, "bias with", FoldedBias));
    const std::vector<Value> inputs = {before.inputs[0], rewrite.AddConstant(std::move(weight), ""),
                                       rewrite.AddConstant(std::move(bias), "")};
    rewrite.Remove(*producer);
    rewrite.Replace(at, {before.op, inputs, norm.outputs, before.call, {std::string(norm.op.name())}});
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
