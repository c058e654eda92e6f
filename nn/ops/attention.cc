#include "nn/ops/attention.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/ops/add.h"
#include "nn/ops/attention/kernel.h"
#include "nn/ops/attention/view.h"
#include "nn/ops/checks.h"
#include "nn/ops/elementwise/broadcast.h"
#include "nn/ops/matmul.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using attention::View;
using attention::Views;

size_t OperandCount(const AttentionOp::Attrs& attrs) { return attrs.packed ? 1 : 3; }

// The shape of the scores, by the rules of the operators that would compute them one by one, and in their words.
absl::StatusOr<TensorSpec> InferScores(const Views& views, const TensorSpec& of, const TensorSpec* mask) {
  Shape turned = views.k.batch;
  turned.push_back(views.k.columns);
  turned.push_back(views.k.rows);
  const TensorSpec products[] = {{of.dtype, views.q.shape()}, {of.dtype, std::move(turned)}};
  ASSIGN_OR_RETURN(std::vector<TensorSpec> scores, MatmulOp::Infer({}, products));
  if (mask == nullptr) return std::move(scores[0]);
  const TensorSpec terms[] = {scores[0], *mask};
  ASSIGN_OR_RETURN(std::vector<TensorSpec> sum, AddOp::Infer({}, terms));
  if (sum[0].shape.At(-2) == views.q.rows && sum[0].shape.At(-1) == views.k.rows) return std::move(sum[0]);
  return absl::InvalidArgumentError(absl::StrCat("attention: a mask ", mask->shape.ToString(), " for scores ",
                                                 scores[0].shape.ToString(), " must not repeat them"));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> AttentionOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  const size_t operands = OperandCount(attrs);
  RETURN_IF_ERROR(CheckInputCount(kName, in, operands + (attrs.mask ? 1 : 0)));
  RETURN_IF_ERROR(CheckDType("baddbmm", in[0].dtype, kComputedFloats));
  RETURN_IF_ERROR(CheckSameDType(kName, in));
  RETURN_IF_ERROR(attention::CheckLayout(attrs, in.first(operands)));
  const Views views = attention::ViewsOf(attrs, in);
  ASSIGN_OR_RETURN(const TensorSpec scores, InferScores(views, in[0], attrs.mask ? &in.back() : nullptr));
  const TensorSpec products[] = {scores, {in[0].dtype, views.v.shape()}};
  ASSIGN_OR_RETURN(const std::vector<TensorSpec> matrices, MatmulOp::Infer({}, products));
  const bool repeats = matrices[0].shape.rank() != views.q.batch.rank() + 2 ||
                       Shape(matrices[0].shape.extents().first(views.q.batch.rank())) != views.q.batch;
  if (attrs.layout != HeadLayout::kSeparate && repeats) {
    return absl::InvalidArgumentError(absl::StrCat("attention: heads ", views.q.shape().ToString(), " and ",
                                                   views.k.shape().ToString(), " do not fit each other or the mask"));
  }
  TensorSpec out = {in[0].dtype, attention::OutputShape(attrs.layout, matrices[0].shape)};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> AttentionOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Views views = attention::ViewsOf(attrs, request.in);
  const View y = attention::ViewOfOutput(attrs, request.out[0].shape);
  attention::Problem problem = {.dtype = request.in[0].dtype,
                                .packed = attrs.packed,
                                .with_mask = attrs.mask,
                                .scale = attrs.scale,
                                .q = attention::MatricesOf(views.q, y.batch),
                                .k = attention::MatricesOf(views.k, y.batch),
                                .v = attention::MatricesOf(views.v, y.batch),
                                .y = attention::MatricesOf(y, y.batch),
                                .mask = {},
                                .batch = y.batch,
                                .threads = request.threads};
  if (attrs.mask) {
    Shape scores = y.batch;
    scores.push_back(views.q.rows);
    scores.push_back(views.k.rows);
    const auto steps = BroadcastStrides(request.in.back().shape, scores);
    problem.mask.steps.assign(steps.begin(), steps.end() - 2);
    problem.mask.row_step = steps[steps.size() - 2];
    problem.mask.column_step = steps.back();
  }
  return attention::MakeKernel(problem);
}

}  // namespace moduled::nn
