#include "nn/ops/mean.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/accumulate.h"
#include "nn/ops/kernels/strided_loop.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Which axes of a shape go. A scalar has none to lose.
absl::StatusOr<std::vector<bool>> Reduced(const std::vector<int64_t>& axes, size_t rank) {
  std::vector<bool> reduced(std::max<size_t>(1, rank), false);
  for (int64_t axis : axes) {
    RETURN_IF_ERROR(CheckAxis(axis, rank));
    if (reduced[axis]) {
      return absl::InvalidArgumentError(absl::StrCat("dim ", axis, " appears multiple times in the list of dims"));
    }
    reduced[axis] = true;
  }
  reduced.resize(rank);
  return reduced;
}

// The input in memory order, and the sum that each element belongs to: strides[1] is 0 along what is reduced.
kernels::LoopNest ReductionNest(const Shape& shape, const std::vector<bool>& reduced) {
  Shape kept = shape;
  for (size_t axis = 0; axis < shape.rank(); ++axis) kept[axis] = reduced[axis] ? 1 : shape[axis];
  const auto from = kernels::StridesOf(shape.extents());
  const auto to = kernels::StridesOf(kept.extents());
  kernels::LoopNest nest;
  for (size_t axis = 0; axis < shape.rank(); ++axis) nest.push_back({shape[axis], {from[axis], to[axis]}});
  return kernels::Merge(nest);
}

template <class T>
std::unique_ptr<Kernel> MakeMean(kernels::LoopNest rows, int64_t in, int64_t out) {
  const kernels::LoopAxis row = rows.back();
  rows.pop_back();
  const auto run = [rows, row, in, out](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* sums = static_cast<double*>(args.scratch);
    std::fill_n(sums, out, 0.0);
    kernels::ForEachStep(rows, [&](int64_t from, int64_t to) {
      if (row.strides[1] == 0) {
        sums[to] += kernels::Sum(x + from, row.extent);
      } else {
        kernels::AddTo(x + from, sums + to, row.extent);
      }
    });
    const double count = static_cast<double>(in) / static_cast<double>(out);
    auto* y = static_cast<T*>(args.out[0]);
    for (int64_t i = 0; i < out; ++i) y[i] = static_cast<T>(sums[i] / count);
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run, static_cast<size_t>(out) * sizeof(double));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> MeanOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  if (!IsFloatingPoint(in[0].dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat("mean(): could not infer output dtype. Input dtype must be either a floating point or complex "
                     "dtype. Got: ",
                     ScalarName(in[0].dtype)));
  }
  RETURN_IF_ERROR(CheckDType("mean_kernel_impl", in[0].dtype, kComputedFloats));
  const Shape& shape = in[0].shape;
  ASSIGN_OR_RETURN(const std::vector<bool> reduced, Reduced(attrs.axes, shape.rank()));
  Shape out;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    if (!reduced[axis]) {
      out.push_back(shape[axis]);
    } else if (attrs.keepdim) {
      out.push_back(1);
    }
  }
  return std::vector<TensorSpec>{{in[0].dtype, std::move(out)}};
}

absl::StatusOr<std::unique_ptr<Kernel>> MeanOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& shape = request.in[0].shape;
  ASSIGN_OR_RETURN(const std::vector<bool> reduced, Reduced(attrs.axes, shape.rank()));
  const kernels::LoopNest nest = ReductionNest(shape, reduced);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeMean<T>(nest, shape.numel(), request.out[0].numel()); });
}

}  // namespace moduled::nn
