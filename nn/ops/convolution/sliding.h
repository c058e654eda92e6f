// What unfold and fold share: two axes that a window slides along, checked in torch's words.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/ops/convolution/problem.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// One number for each of the two axes.
struct SlidingAttrs {
  std::vector<int64_t> kernel = {};
  std::vector<int64_t> dilation = {};
  std::vector<int64_t> padding = {};  // Zeros on both sides.
  std::vector<int64_t> stride = {};
  bool operator==(const SlidingAttrs&) const = default;
};

// Two numbers each, and in range.
absl::Status CheckSliding(const SlidingAttrs& attrs);

// How often the window fits along each axis of [H, W]: 0 or less where not once. Requires what CheckSliding accepted.
absl::StatusOr<std::vector<int64_t>> CountBlocks(const SlidingAttrs& attrs, const std::vector<int64_t>& plane);

// "(2, 3)", as torch prints the numbers in these texts.
std::string PairText(const std::vector<int64_t>& numbers);

// The sliding over `channels` planes of [H, W], one image after the other. Requires block counts of at least 1.
ConvolutionProblem MakeSlidingProblem(const SlidingAttrs& attrs, const Shape& image,
                                      const std::vector<int64_t>& blocks);

}  // namespace moduled::nn
