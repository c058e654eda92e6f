#include "nn/ops/unfold.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/convolution/columns.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/fold.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckImage(const Shape& x) {
  if (x.rank() == 4 && x[1] > 0 && x[2] > 0 && x[3] > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
                   "input, but got: ",
                   x.ToString()));
}

absl::Status CheckBlocks(const SlidingAttrs& attrs, const std::vector<int64_t>& plane,
                         const std::vector<int64_t>& blocks) {
  if (blocks[0] > 0 && blocks[1] > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Given input with spatial size ", PairText(plane), ", kernel_size=", PairText(attrs.kernel),
                   ", dilation=", PairText(attrs.dilation), ", padding=", PairText(attrs.padding),
                   ", calculated shape of the array of sliding blocks as ", PairText(blocks),
                   ", but its components must be at least one."));
}

std::vector<int64_t> PlaneOf(const Shape& image) { return {image[2], image[3]}; }

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> UnfoldOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckSliding(attrs));
  const Shape& x = in[0].shape;
  RETURN_IF_ERROR(CheckImage(x));
  ASSIGN_OR_RETURN(const std::vector<int64_t> blocks, CountBlocks(attrs, PlaneOf(x)));
  RETURN_IF_ERROR(CheckBlocks(attrs, PlaneOf(x), blocks));
  RETURN_IF_ERROR(CheckDType("im2col_out_cpu", in[0].dtype, kComputedFloats));
  // One column and one row first: there may be none of them.
  const Shape column = {x[1], attrs.kernel[0], attrs.kernel[1]}, row = {blocks[0], blocks[1]};
  RETURN_IF_ERROR((TensorSpec{in[0].dtype, column}.Check()));
  RETURN_IF_ERROR((TensorSpec{in[0].dtype, row}.Check()));
  TensorSpec out = {in[0].dtype, {x[0], column.numel(), row.numel()}};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> UnfoldOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& x = request.in[0].shape;
  ASSIGN_OR_RETURN(const std::vector<int64_t> blocks, CountBlocks(attrs, PlaneOf(x)));
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("im2col", [p = MakeSlidingProblem(attrs, x, blocks)](const KernelArgs& args) {
      const int64_t columns = p.out_plane();
      for (int64_t n = 0; n < p.batch; ++n) {
        WriteColumns(p, static_cast<const T*>(args.in[0]) + n * p.group_in * p.in_plane(), 0, columns,
                     static_cast<T*>(args.out[0]) + n * p.group_in * p.taps() * columns);
      }
      return absl::OkStatus();
    });
  });
}

absl::Status UnfoldOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  const Shape shape = scope.spec(scope.in(0)).shape;
  return scope.Set(0, scope.Apply<FoldOp>({.output_size = PlaneOf(shape), .sliding = attrs}, {scope.grad()}));
}

}  // namespace moduled::nn
