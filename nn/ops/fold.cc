#include "nn/ops/fold.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/convolution/columns.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/unfold.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckColumns(const Shape& x) {
  if (x.rank() == 3 && x[1] > 0 && x[2] > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions "
                   "for input, but got: ",
                   x.ToString()));
}

// The channels that the rows of columns make.
absl::StatusOr<int64_t> CountChannels(const SlidingAttrs& sliding, const Shape& x) {
  int64_t taps = 0;
  if (!__builtin_mul_overflow(sliding.kernel[0], sliding.kernel[1], &taps) && x[1] % taps == 0) return x[1] / taps;
  return absl::InvalidArgumentError(
      absl::StrCat("Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
                   "input.size(1)=",
                   x[1], " and kernel_size=", PairText(sliding.kernel), "."));
}

absl::Status CheckBlocks(const FoldOp::Attrs& attrs, const Shape& x, const std::vector<int64_t>& blocks) {
  const __int128 count = static_cast<__int128>(blocks[0]) * blocks[1];
  if (blocks[0] > 0 && blocks[1] > 0 && count == x[2]) return absl::OkStatus();
  const SlidingAttrs& sliding = attrs.sliding;
  // torch would print a product that does not fit as it wraps around.
  const auto product = static_cast<int64_t>(static_cast<uint64_t>(blocks[0]) * static_cast<uint64_t>(blocks[1]));
  return absl::InvalidArgumentError(absl::StrCat(
      "Given output_size=", PairText(attrs.output_size), ", kernel_size=", PairText(sliding.kernel), ", dilation=",
      PairText(sliding.dilation), ", padding=", PairText(sliding.padding), ", stride=", PairText(sliding.stride),
      ", expected size of input's dimension 2 to match the calculated number of sliding blocks ", blocks[0], " * ",
      blocks[1], " = ", product, ", but got input.size(2)=", x[2], "."));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> FoldOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  if (attrs.output_size.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("It is expected output_size equals to 2, but got size ", attrs.output_size.size()));
  }
  RETURN_IF_ERROR(CheckSliding(attrs.sliding));
  const Shape& x = in[0].shape;
  RETURN_IF_ERROR(CheckColumns(x));
  ASSIGN_OR_RETURN(const int64_t channels, CountChannels(attrs.sliding, x));
  ASSIGN_OR_RETURN(const std::vector<int64_t> blocks, CountBlocks(attrs.sliding, attrs.output_size));
  RETURN_IF_ERROR(CheckBlocks(attrs, x, blocks));
  RETURN_IF_ERROR(CheckDType("col2im_out_cpu", in[0].dtype, kComputedFloats));
  TensorSpec out = {in[0].dtype, {x[0], channels, attrs.output_size[0], attrs.output_size[1]}};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> FoldOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> blocks, CountBlocks(attrs.sliding, attrs.output_size));
  const ConvolutionProblem problem = MakeSlidingProblem(attrs.sliding, request.out[0].shape, blocks);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("col2im", [p = problem](const KernelArgs& args) {
      auto* y = static_cast<T*>(args.out[0]);
      const int64_t columns = p.out_plane();
      std::fill_n(y, p.batch * p.group_in * p.in_plane(), T{0});
      for (int64_t n = 0; n < p.batch; ++n) {
        AddColumns(p, static_cast<const T*>(args.in[0]) + n * p.group_in * p.taps() * columns, 0, columns,
                   y + n * p.group_in * p.in_plane());
      }
      return absl::OkStatus();
    });
  });
}

absl::Status FoldOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  return scope.Set(0, scope.Apply<UnfoldOp>(attrs.sliding, {scope.grad()}));
}

}  // namespace moduled::nn
