#include "nn/ops/interpolation/grid_taps.h"

#include <algorithm>
#include <cmath>

#include "nn/ops/interpolation/cubic.h"

namespace moduled::nn {
namespace {

// A position among the elements of an axis, and how it moves with the grid's coordinate.
template <class T>
struct Position {
  T at;
  T slope;
};

template <class T>
Position<T> Denormalised(T coordinate, int64_t extent, bool align_corners) {
  const T size = static_cast<T>(extent);
  if (align_corners) return {(coordinate + 1) / 2 * (size - 1), (size - 1) / 2};
  return {((coordinate + 1) * size - 1) / 2, size / 2};
}

// At the border itself torch's gradient is zero already.
template <class T>
Position<T> Clipped(Position<T> position, int64_t extent) {
  const T last = static_cast<T>(extent - 1);
  if (position.at <= 0) return {0, 0};
  if (position.at >= last) return {last, 0};
  return position;
}

// Mirrored between `low` and `high`, as often as it takes.
template <class T>
Position<T> Reflected(Position<T> position, T low, T high) {
  const T span = high - low;
  if (span == 0) return {0, 0};
  const T distance = std::abs(position.at - low);
  const T slope = position.at < low ? -position.slope : position.slope;
  const T extra = std::fmod(distance, span);
  const bool even = std::fmod(std::floor(distance / span), T{2}) == 0;
  return even ? Position<T>{extra + low, slope} : Position<T>{span - extra + low, -slope};
}

template <class T>
Position<T> Padded(Position<T> position, int64_t extent, const GridSampling& sampling) {
  if (sampling.padding == GridPadding::kReflection) {
    const T size = static_cast<T>(extent);
    position =
        sampling.align_corners ? Reflected<T>(position, 0, size - 1) : Reflected<T>(position, T{-0.5}, size - T{0.5});
  }
  if (sampling.padding != GridPadding::kZeros) position = Clipped(position, extent);
  // What no int can hold, a NaN among it, is far outside.
  if (!(std::abs(position.at) < T{1e9})) return {-100, position.slope};
  return position;
}

// The taps along one axis; those outside of it are left out.
template <class T>
struct AxisTap {
  int64_t index;
  T weight;
  T slope;
};
template <class T>
class AxisTapList {
 public:
  AxisTapList(const GridSampling& sampling, T coordinate, int64_t extent) : extent_(extent) {
    const Position<T> raw = Denormalised(coordinate, extent, sampling.align_corners);
    if (sampling.mode == GridMode::kCubic) {
      AddCubic(sampling, raw);
      return;
    }
    const Position<T> position = Padded(raw, extent, sampling);
    if (sampling.mode == GridMode::kNearest) {
      Add(std::nearbyint(position.at), 1, 0);
      return;
    }
    const T first = std::floor(position.at);
    Add(first, first + 1 - position.at, -position.slope);
    Add(first + 1, position.at - first, position.slope);
  }

  const AxisTap<T>* begin() const { return taps_.data(); }
  const AxisTap<T>* end() const { return taps_.data() + count_; }

 private:
  void Add(T at, T weight, T slope) {
    if (at >= 0 && at < static_cast<T>(extent_)) taps_[count_++] = {static_cast<int64_t>(at), weight, slope};
  }

  // The neighbours are padded one by one.
  void AddCubic(const GridSampling& sampling, Position<T> raw) {
    constexpr T kA = kCubicParameter<T>;
    const T first = std::floor(raw.at), t = raw.at - first;
    const T weights[] = {CubicFar<T>(t + 1, kA), CubicNear<T>(t, kA), CubicNear<T>(1 - t, kA), CubicFar<T>(2 - t, kA)};
    const T slopes[] = {CubicFarSlope<T>(t + 1, kA), CubicNearSlope<T>(t, kA), -CubicNearSlope<T>(1 - t, kA),
                        -CubicFarSlope<T>(2 - t, kA)};
    for (int i = 0; i < 4; ++i) {
      const Position<T> neighbour = Padded<T>({first - 1 + static_cast<T>(i), 0}, extent_, sampling);
      Add(std::trunc(neighbour.at), weights[i], slopes[i] * raw.slope);
    }
  }

  int64_t extent_;
  size_t count_ = 0;
  std::array<AxisTap<T>, 4> taps_;
};

}  // namespace

template <class T>
GridTaps<T> TapsAt(const GridSampling& sampling, const Shape& image, const T* point) {
  GridTaps<T> taps;
  taps.count = 1;
  taps.offset[0] = 0;
  taps.weight[0] = 1;
  for (size_t axis = 0; axis < image.rank(); ++axis) {
    const AxisTapList<T> along(sampling, point[image.rank() - 1 - axis], image[axis]);
    const GridTaps<T> before = taps;
    taps.count = 0;
    for (size_t i = 0; i < before.count; ++i) {
      for (const AxisTap<T>& tap : along) {
        const size_t t = taps.count++;
        taps.offset[t] = before.offset[i] * image[axis] + tap.index;
        taps.weight[t] = before.weight[i] * tap.weight;
        for (size_t a = 0; a < axis; ++a) taps.slope[a][t] = before.slope[a][i] * tap.weight;
        taps.slope[axis][t] = before.weight[i] * tap.slope;
      }
    }
  }
  return taps;
}
template GridTaps<float> TapsAt(const GridSampling&, const Shape&, const float*);
template GridTaps<double> TapsAt(const GridSampling&, const Shape&, const double*);

}  // namespace moduled::nn
