#include "nn/ops/keep_indices.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> KeepIndicesOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  const Shape& shape = in[0].shape;
  RETURN_IF_ERROR(CheckAxis(attrs.axis, shape.rank()));
  const int64_t extent = shape.empty() ? 1 : shape[attrs.axis];
  for (const int64_t index : attrs.indices) {
    if (index >= 0 && index < extent) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("index ", index, " is out of bounds for dimension ", attrs.axis, " with size ", extent));
  }
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> KeepIndicesOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const TensorSpec& spec = request.in[0];
  const size_t bytes = spec.byte_size();
  const bool scalar = spec.shape.empty();
  const int64_t extent = scalar ? 1 : spec.shape[attrs.axis];
  const int64_t outer = scalar ? 1 : spec.shape.numel(0, attrs.axis);
  const size_t entry = bytes == 0 ? 0 : bytes / static_cast<size_t>(outer * extent);
  return MakeSimpleKernel("copy", [=, indices = attrs.indices](const KernelArgs& args) {
    const auto* x = static_cast<const uint8_t*>(args.in[0]);
    auto* y = static_cast<uint8_t*>(args.out[0]);
    if (bytes == 0) return absl::OkStatus();
    std::memset(y, 0, bytes);
    for (int64_t row = 0; row < outer; ++row) {
      for (const int64_t index : indices) {
        const size_t offset = static_cast<size_t>(row * extent + index) * entry;
        std::memcpy(y + offset, x + offset, entry);
      }
    }
    return absl::OkStatus();
  });
}

absl::Status KeepIndicesOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  return scope.Set(0, scope.Apply<KeepIndicesOp>(attrs, {scope.grad()}));
}

}  // namespace moduled::nn
