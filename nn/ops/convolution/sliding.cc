#include "nn/ops/convolution/sliding.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr size_t kAxes = 2;

// "kernel size should be greater than zero, but got kernel_height: 0 kernel_width: 3".
absl::Status CheckPair(absl::string_view name, const std::vector<int64_t>& numbers, int64_t least,
                       absl::string_view complaint, absl::string_view short_name) {
  if (numbers.size() != kAxes) {
    return absl::InvalidArgumentError(
        absl::StrCat("It is expected ", name, " equals to ", kAxes, ", but got size ", numbers.size()));
  }
  if (std::all_of(numbers.begin(), numbers.end(), [&](int64_t number) { return number >= least; })) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(complaint, ", but got ", short_name, "_height: ", numbers[0], " ",
                                                 short_name, "_width: ", numbers[1]));
}

WindowAxis AxisOf(const SlidingAttrs& attrs, size_t axis, int64_t in) {
  return {.in = in,
          .kernel = attrs.kernel[axis],
          .stride = attrs.stride[axis],
          .dilation = attrs.dilation[axis],
          .padding_begin = attrs.padding[axis],
          .padding_end = attrs.padding[axis]};
}

}  // namespace

absl::Status CheckSliding(const SlidingAttrs& attrs) {
  RETURN_IF_ERROR(CheckPair("kernel_size", attrs.kernel, 1, "kernel size should be greater than zero", "kernel"));
  RETURN_IF_ERROR(CheckPair("dilation", attrs.dilation, 1, "dilation should be greater than zero", "dilation"));
  RETURN_IF_ERROR(CheckPair("padding", attrs.padding, 0, "padding should be non-negative", "pad"));
  return CheckPair("stride", attrs.stride, 1, "stride should be greater than zero", "stride");
}

absl::StatusOr<std::vector<int64_t>> CountBlocks(const SlidingAttrs& attrs, const std::vector<int64_t>& plane) {
  std::vector<int64_t> blocks;
  for (size_t axis = 0; axis < kAxes; ++axis) {
    ASSIGN_OR_RETURN(const int64_t count, CountWindows(AxisOf(attrs, axis, plane[axis]), WindowRounding::kDown));
    blocks.push_back(count);
  }
  return blocks;
}

std::string PairText(const std::vector<int64_t>& numbers) {
  return absl::StrCat("(", absl::StrJoin(numbers, ", "), ")");
}

ConvolutionProblem MakeSlidingProblem(const SlidingAttrs& attrs, const Shape& image,
                                      const std::vector<int64_t>& blocks) {
  ConvolutionProblem problem;
  problem.batch = image[0];
  problem.group_in = image[1];
  problem.axes = kAxes;
  for (size_t axis = 0; axis < kAxes; ++axis) {
    WindowAxis& window = problem.window[kMaxWindowAxes - kAxes + axis];
    window = AxisOf(attrs, axis, image[axis + 2]);
    window.out = blocks[axis];
  }
  return problem;
}

}  // namespace moduled::nn
