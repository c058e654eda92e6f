#include "nn/ops/layer_norm.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/add.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/layer_norm.h"
#include "nn/ops/kernels/ranges.h"
#include "nn/ops/mean.h"
#include "nn/ops/mul.h"
#include "nn/ops/rsqrt.h"
#include "nn/ops/sub.h"
#include "nn/ops/sum.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckAffine(absl::string_view name, const TensorSpec& spec, const TensorSpec& x, const Shape& normalized) {
  if (spec.dtype != x.dtype) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected scalar type ", ScalarName(x.dtype), " but found ", ScalarName(spec.dtype)));
  }
  if (spec.shape == normalized) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Expected ", name, " to be of same shape as normalized_shape, but got ", name, " of shape ",
                   spec.shape.ToString(), " and normalized_shape = ", normalized.ToString()));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> LayerNormOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1 + (attrs.weight ? 1 : 0) + (attrs.bias ? 1 : 0)));
  const Shape& shape = in[0].shape;
  const auto rank = static_cast<int64_t>(shape.rank());
  if (attrs.axes < 1 || attrs.axes > rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("layer_norm: wrong number of axes (got ", attrs.axes, ", want 1 to ", rank, ")"));
  }
  RETURN_IF_ERROR(CheckDType("LayerNormKernelImpl", in[0].dtype, kComputedFloats));
  const Shape normalized(shape.extents().subspan(shape.rank() - static_cast<size_t>(attrs.axes)));
  if (attrs.weight) RETURN_IF_ERROR(CheckAffine("weight", in[1], in[0], normalized));
  if (attrs.bias) RETURN_IF_ERROR(CheckAffine("bias", in.back(), in[0], normalized));
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> LayerNormOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& shape = request.in[0].shape;
  const size_t split = shape.rank() - static_cast<size_t>(attrs.axes);
  const int64_t rows = shape.numel(0, split);
  const int64_t n = shape.numel(split, shape.rank());
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("two-pass", [attrs, rows, n, threads = request.threads](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[0]);
      auto* y = static_cast<T*>(args.out[0]);
      const auto* weight = attrs.weight ? static_cast<const T*>(args.in[1]) : nullptr;
      const auto* bias = attrs.bias ? static_cast<const T*>(args.in.back()) : nullptr;
      kernels::ForRanges(threads, rows, n, [&](int64_t begin, int64_t end) {
        kernels::LayerNorm(x + begin * n, weight, bias, y + begin * n, end - begin, n, attrs.eps);
      });
      return absl::OkStatus();
    });
  });
}

// With x' = (x - mean) / sqrt(var + eps) and dx' = dy weight:
absl::Status LayerNormOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  // dx = (dx' - mean(dx') - x' mean(dx' x')) / sqrt(var + eps).
  const size_t rank = scope.spec(scope.in(0)).shape.rank();
  ReducedAxes last = {.keepdim = true};
  ReducedAxes first;
  for (size_t axis = 0; axis < rank; ++axis) {
    const bool normalized = axis + static_cast<size_t>(attrs.axes) >= rank;
    (normalized ? last : first).axes.push_back(static_cast<int64_t>(axis));
  }
  ASSIGN_OR_RETURN(const Value mean, scope.Apply<MeanOp>(last, {scope.in(0)}));
  ASSIGN_OR_RETURN(const Value centred, scope.Apply<SubOp>({}, {scope.in(0), mean}));
  ASSIGN_OR_RETURN(const Value square, scope.Apply<MulOp>({}, {centred, centred}));
  ASSIGN_OR_RETURN(Value variance, scope.Apply<MeanOp>(last, {square}));
  ASSIGN_OR_RETURN(const Value eps, scope.Scalar(attrs.eps, scope.spec(variance).dtype));
  ASSIGN_OR_RETURN(variance, scope.Apply<AddOp>({}, {variance, eps}));
  ASSIGN_OR_RETURN(const Value scale, scope.Apply<RsqrtOp>({}, {variance}));
  ASSIGN_OR_RETURN(const Value normalized, scope.Apply<MulOp>({}, {centred, scale}));
  if (scope.wants(0)) {
    Value gradient = scope.grad();
    if (attrs.weight) {
      ASSIGN_OR_RETURN(gradient, scope.Apply<MulOp>({}, {gradient, scope.in(1)}));
    }
    ASSIGN_OR_RETURN(const Value product, scope.Apply<MulOp>({}, {gradient, normalized}));
    ASSIGN_OR_RETURN(const Value product_mean, scope.Apply<MeanOp>(last, {product}));
    ASSIGN_OR_RETURN(const Value shadow, scope.Apply<MulOp>({}, {normalized, product_mean}));
    ASSIGN_OR_RETURN(const Value gradient_mean, scope.Apply<MeanOp>(last, {gradient}));
    ASSIGN_OR_RETURN(Value dx, scope.Apply<SubOp>({}, {gradient, gradient_mean}));
    ASSIGN_OR_RETURN(dx, scope.Apply<SubOp>({}, {dx, shadow}));
    RETURN_IF_ERROR(scope.Set(0, scope.Apply<MulOp>({}, {dx, scale})));
  }
  const size_t bias = attrs.weight ? 2 : 1;
  if (attrs.weight && scope.wants(1)) {
    ASSIGN_OR_RETURN(const Value product, scope.Apply<MulOp>({}, {scope.grad(), normalized}));
    RETURN_IF_ERROR(scope.Set(1, scope.Apply<SumOp>(first, {product})));
  }
  if (!attrs.bias || !scope.wants(bias)) return absl::OkStatus();
  return scope.Set(bias, scope.Apply<SumOp>(first, {scope.grad()}));
}

}  // namespace moduled::nn
