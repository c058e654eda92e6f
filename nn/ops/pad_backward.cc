#include "nn/ops/pad_backward.h"

#include <algorithm>
#include <utility>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/strided_loop.h"
#include "nn/ops/pad_sources.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Adds what lies under one step of the axes before `axis`; answers where the next step's begins.
template <class T>
const T* AddFrom(const std::vector<std::vector<int64_t>>& offsets, size_t axis, const T* dy, T* dx) {
  if (axis == offsets.size()) {
    *dx += *dy;
    return dy + 1;
  }
  if (axis + 1 == offsets.size()) {
    for (const int64_t offset : offsets[axis]) dx[offset] += *dy++;
    return dy;
  }
  for (const int64_t offset : offsets[axis]) dy = AddFrom(offsets, axis + 1, dy, dx + offset);
  return dy;
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> PadBackwardOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckDType(kName, in[0].dtype, kComputedFloats));
  TensorSpec out = {in[0].dtype, attrs.shape};
  RETURN_IF_ERROR(out.Check());
  ASSIGN_OR_RETURN(const std::vector<TensorSpec> padded, PadOp::Infer(attrs.pad, {out}));
  if (attrs.pad.mode != PadMode::kConstant && padded[0] == in[0]) return std::vector<TensorSpec>{std::move(out)};
  return absl::InvalidArgumentError("pad_backward: the gradient is not that of padding that repeats");
}

absl::StatusOr<std::unique_ptr<Kernel>> PadBackwardOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  std::vector<std::vector<int64_t>> offsets = PadSources(attrs.pad, attrs.shape, request.in[0].shape);
  const auto strides = kernels::StridesOf(attrs.shape.extents());
  for (size_t axis = 0; axis < offsets.size(); ++axis) {
    for (int64_t& offset : offsets[axis]) offset *= strides[axis];
  }
  const bool empty = request.in[0].numel() == 0;
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [offsets, empty, n = request.out[0].numel()](const KernelArgs& args) {
      auto* dx = static_cast<T*>(args.out[0]);
      std::fill_n(dx, n, T{0});
      if (!empty) AddFrom(offsets, 0, static_cast<const T*>(args.in[0]), dx);
      return absl::OkStatus();
    });
  });
}

}  // namespace moduled::nn
