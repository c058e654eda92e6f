// Which elements of an axis a resized one is made of. Every way of resizing is linear, and each axis stands for itself.
#pragma once

#include <cstdint>
#include <vector>

namespace moduled::nn {

enum class Interpolation : uint8_t {
  kNearest,       // The element at floor(o scale), as OpenCV's INTER_NEAREST.
  kNearestExact,  // The element whose centre is nearest.
  kLinear,        // The two neighbours.
  kCubic,         // The four neighbours, by Keys' kernel.
};

// How one axis is resized.
struct AxisSampling {
  Interpolation mode = Interpolation::kNearest;
  // The first and last elements' centres stay in place, rather than the outer edges.
  bool align_corners = false;
  // Where the axis shrinks, the kernel grows, so that every element counts. kLinear and kCubic alone.
  bool antialias = false;
  int64_t in = 1;
  int64_t out = 1;
  // Input elements for each output element; 0: in / out. Not looked at where corners are aligned.
  double scale = 0;
};

// A sparse matrix: output o is the sum of weight[t] * input[source[t]] over the taps begin[o] <= t < begin[o + 1].
struct AxisTaps {
  std::vector<int64_t> begin = {0};
  std::vector<int64_t> source = {};
  std::vector<double> weight = {};

  int64_t rows() const { return static_cast<int64_t>(begin.size()) - 1; }

  // Whether each output is the element at its own place.
  bool IsIdentity() const;

  // The matrix of the gradient: from the output's `rows` to the input's `columns` elements.
  AxisTaps Transposed(int64_t columns) const;
};

// Requires extents of at least 1. Positions are computed in T, as torch rounds them.
template <class T>
AxisTaps MakeAxisTaps(const AxisSampling& axis);
extern template AxisTaps MakeAxisTaps<float>(const AxisSampling& axis);
extern template AxisTaps MakeAxisTaps<double>(const AxisSampling& axis);

}  // namespace moduled::nn
