#include "nn/ops/layer_norm.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/layer_norm.h"
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
    return MakeSimpleKernel("two-pass", [attrs, rows, n](const KernelArgs& args) {
      const auto* weight = attrs.weight ? static_cast<const T*>(args.in[1]) : nullptr;
      const auto* bias = attrs.bias ? static_cast<const T*>(args.in.back()) : nullptr;
      kernels::LayerNorm(static_cast<const T*>(args.in[0]), weight, bias, static_cast<T*>(args.out[0]), rows, n,
                         attrs.eps);
      return absl::OkStatus();
    });
  });
}

}  // namespace moduled::nn
