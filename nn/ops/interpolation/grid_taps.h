// Which elements of an image a point of grid_sample's grid is made of.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "nn/tensor/shape.h"

namespace moduled::nn {

enum class GridMode : uint8_t { kLinear, kNearest, kCubic };
// What stands outside of the image: zeros, its border, or the image mirrored at its border.
enum class GridPadding : uint8_t { kZeros, kBorder, kReflection };

struct GridSampling {
  GridMode mode = GridMode::kLinear;
  GridPadding padding = GridPadding::kZeros;
  // -1 and 1 are the centres of the first and last elements, rather than their outer edges.
  bool align_corners = false;
  bool operator==(const GridSampling&) const = default;
};

inline constexpr size_t kMaxGridAxes = 3;
inline constexpr size_t kMaxGridTaps = 16;  // Four by four, or two by two by two.

// A point's taps: the image at it is the sum of weight[t] * plane[offset[t]], and slope[a][t] is how weight[t] changes
// with the point's coordinate along axis a, counted from the first spatial axis.
template <class T>
struct GridTaps {
  size_t count = 0;
  std::array<int64_t, kMaxGridTaps> offset;
  std::array<T, kMaxGridTaps> weight;
  std::array<std::array<T, kMaxGridTaps>, kMaxGridAxes> slope;
};

// The taps of a point, whose coordinates come in grid_sample's order: the last axis first. `image` has two or three
// spatial extents, all of them positive; kCubic takes two.
template <class T>
GridTaps<T> TapsAt(const GridSampling& sampling, const Shape& image, const T* point);
extern template GridTaps<float> TapsAt(const GridSampling&, const Shape&, const float*);
extern template GridTaps<double> TapsAt(const GridSampling&, const Shape&, const double*);

}  // namespace moduled::nn
