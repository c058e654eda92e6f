#include "nn/ops/pad.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/kernels/axis_gather.h"
#include "nn/ops/kernels/convert.h"
#include "nn/ops/kernels/strided_copy.h"
#include "nn/ops/pad_backward.h"
#include "nn/ops/pad_sources.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// One axis.
struct AxisPadding {
  size_t axis;
  int64_t extent;
  int64_t begin;
  int64_t end;
};

absl::StatusOr<int64_t> PaddedExtent(const AxisPadding& of) {
  int64_t extent = 0;
  if (__builtin_add_overflow(of.extent, of.begin, &extent) || __builtin_add_overflow(extent, of.end, &extent)) {
    return absl::InvalidArgumentError(
        absl::StrCat("pad: axis ", of.axis, " becomes too long (got ", of.begin, " and ", of.end, ")"));
  }
  if (extent >= 0) return extent;
  return absl::InvalidArgumentError(absl::StrCat(
      "The input size ", of.extent, ", plus negative padding ", of.begin, " and ", of.end,
      " resulted in a negative output size, which is invalid. Check dimension ", of.axis, " of your input."));
}

// Whether the input has the elements that the padding repeats.
absl::Status CheckSource(PadMode mode, const AxisPadding& of, const Shape& shape) {
  const int64_t longest = std::max(of.begin, of.end);
  if (mode == PadMode::kConstant || longest <= 0) return absl::OkStatus();
  if (of.extent == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("pad: axis ", of.axis, " has no elements to repeat (got ", shape.ToString(), ")"));
  }
  if (mode == PadMode::kReflect && longest >= of.extent) {
    return absl::InvalidArgumentError(
        absl::StrCat("Argument #", 4 + 2 * (shape.rank() - 1 - of.axis),
                     ": Padding size should be less than the corresponding input dimension, but got: padding (",
                     of.begin, ", ", of.end, ") at dimension ", of.axis, " of input ", shape.ToString()));
  }
  // What is cut off on one side is not there to be repeated on the other.
  const int64_t left = of.extent + std::min<int64_t>(0, std::min(of.begin, of.end));
  if (mode == PadMode::kCircular && longest > left) {
    return absl::InvalidArgumentError("Padding value causes wrapping around more than once.");
  }
  return absl::OkStatus();
}

// The element of the input that stands at `index` of the padded axis. Requires what Infer checked.
int64_t SourceIndex(PadMode mode, const AxisPadding& of, int64_t index) {
  const int64_t source = index - of.begin;
  if (mode == PadMode::kReflect) {
    if (source < 0) return -source;
    return source < of.extent ? source : 2 * (of.extent - 1) - source;
  }
  if (mode == PadMode::kReplicate) return std::clamp<int64_t>(source, 0, of.extent - 1);
  const int64_t first = std::max<int64_t>(0, -of.begin);
  const int64_t period = of.extent - first - std::max<int64_t>(0, -of.end);
  if (source < first) return source + period;
  return source < first + period ? source : source - period;
}

std::unique_ptr<Kernel> MakeGatherPad(const PadOp::Attrs& attrs, const KernelRequest& request) {
  const Shape& in = request.in[0].shape;
  const kernels::AxisGather gather(in, PadSources(attrs, in, request.out[0].shape), SizeOf(request.in[0].dtype));
  return MakeSimpleKernel("gather", [gather](const KernelArgs& args) {
    gather.Run(args.in[0], args.out[0]);
    return absl::OkStatus();
  });
}

// Everything is filled with the value, then the input is copied over it.
std::unique_ptr<Kernel> MakeConstantPad(const PadOp::Attrs& attrs, const KernelRequest& request) {
  const Shape& in = request.in[0].shape;
  const auto from = kernels::StridesOf(in.extents());
  const auto to = kernels::StridesOf(request.out[0].shape.extents());
  const size_t size = SizeOf(request.in[0].dtype);
  kernels::LoopNest nest;
  int64_t first_from = 0;
  int64_t first_to = 0;
  for (size_t axis = 0; axis < in.rank(); ++axis) {
    const int64_t cut = std::max<int64_t>(0, -attrs.begin[axis]);
    const int64_t kept = in[axis] - cut - std::max<int64_t>(0, -attrs.end[axis]);
    nest.push_back({std::max<int64_t>(0, kept), {from[axis], to[axis]}});
    first_from += cut * from[axis];
    first_to += std::max<int64_t>(0, attrs.begin[axis]) * to[axis];
  }
  uint64_t value = 0;  // The element's bytes.
  kernels::FindConvertLoop(DType::kFloat64, request.in[0].dtype)(&attrs.value, &value, 1);
  const auto run = [copy = kernels::StridedCopy(nest, size), value, size, n = request.out[0].numel(),
                    from_bytes = static_cast<size_t>(first_from) * size,
                    to_bytes = static_cast<size_t>(first_to) * size](const KernelArgs& args) {
    kernels::Fill(args.out[0], n, &value, size);
    copy.Run(static_cast<const uint8_t*>(args.in[0]) + from_bytes, static_cast<uint8_t*>(args.out[0]) + to_bytes);
    return absl::OkStatus();
  };
  return MakeSimpleKernel("fill and copy", run);
}

}  // namespace

std::vector<std::vector<int64_t>> PadSources(const PadOp::Attrs& attrs, const Shape& in, const Shape& out) {
  std::vector<std::vector<int64_t>> sources(out.rank());
  for (size_t axis = 0; axis < out.rank() && out.numel() > 0; ++axis) {
    const AxisPadding padding = {axis, in[axis], attrs.begin[axis], attrs.end[axis]};
    for (int64_t i = 0; i < out[axis]; ++i) sources[axis].push_back(SourceIndex(attrs.mode, padding, i));
  }
  return sources;
}

absl::StatusOr<std::vector<TensorSpec>> PadOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  TensorSpec out = in[0];
  const size_t rank = out.shape.rank();
  if (attrs.begin.size() != rank || attrs.end.size() != rank) {
    return absl::InvalidArgumentError(absl::StrCat("pad: wrong number of axes (got ", attrs.begin.size(), " and ",
                                                   attrs.end.size(), ", want ", rank, ")"));
  }
  for (size_t axis = 0; axis < rank; ++axis) {
    const AxisPadding padding = {axis, in[0].shape[axis], attrs.begin[axis], attrs.end[axis]};
    ASSIGN_OR_RETURN(out.shape[axis], PaddedExtent(padding));
    RETURN_IF_ERROR(CheckSource(attrs.mode, padding, in[0].shape));
  }
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> PadOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  return attrs.mode == PadMode::kConstant ? MakeConstantPad(attrs, request) : MakeGatherPad(attrs, request);
}

absl::Status PadOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (attrs.mode != PadMode::kConstant) {
    return scope.Set(0, scope.Apply<PadBackwardOp>({attrs, scope.spec(scope.in(0)).shape}, {scope.grad()}));
  }
  // What was added is cut off, and the other way round.
  PadOp::Attrs back = attrs;
  back.value = 0;
  for (int64_t& count : back.begin) count = -count;
  for (int64_t& count : back.end) count = -count;
  return scope.Set(0, scope.Apply<PadOp>(std::move(back), {scope.grad()}));
}

}  // namespace moduled::nn
