#include "nn/ops/interpolation/axis_taps.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nn/ops/interpolation/cubic.h"

namespace moduled::nn {
namespace {

// The kernels that antialiasing stretches; their parameter is Pillow's.
template <class T>
T FilterAt(Interpolation mode, T x) {
  x = std::abs(x);
  if (mode == Interpolation::kLinear) return std::max<T>(0, 1 - x);
  if (x < 1) return CubicNear<T>(x, T{-0.5});
  return x < 2 ? CubicFar<T>(x, T{-0.5}) : 0;
}

template <class T>
class TapMaker {
 public:
  explicit TapMaker(const AxisSampling& axis) : axis_(axis), scale_(Scale(axis)) {}

  AxisTaps Make() {
    for (int64_t o = 0; o < axis_.out; ++o) {
      AddRow(o);
      taps_.begin.push_back(static_cast<int64_t>(taps_.source.size()));
    }
    return std::move(taps_);
  }

 private:
  static T Scale(const AxisSampling& axis) {
    if (axis.align_corners) {
      return axis.out > 1 ? static_cast<T>(axis.in - 1) / static_cast<T>(axis.out - 1) : T{0};
    }
    return axis.scale > 0 ? static_cast<T>(axis.scale) : static_cast<T>(axis.in) / static_cast<T>(axis.out);
  }

  // Where output o stands among the inputs.
  T Position(int64_t o) const {
    const T position =
        axis_.align_corners ? scale_ * static_cast<T>(o) : scale_ * (static_cast<T>(o) + T{0.5}) - T{0.5};
    const T least = axis_.mode == Interpolation::kCubic ? T{-1} : T{0};
    return std::clamp(position, least, static_cast<T>(axis_.in));
  }

  void Add(int64_t source, T weight) {
    taps_.source.push_back(std::clamp<int64_t>(source, 0, axis_.in - 1));
    taps_.weight.push_back(static_cast<double>(weight));
  }

  void AddRow(int64_t o) {
    if (axis_.antialias) return AddStretched(o);
    switch (axis_.mode) {
      case Interpolation::kNearest:
        // Not clamped before rounding to float, which torch does even for doubles: it makes almost-integers whole.
        return Add(FloorAsFloat(std::min(scale_ * static_cast<T>(o), static_cast<T>(axis_.in))), 1);
      case Interpolation::kNearestExact:
        return Add(FloorAsFloat(Position(o) + T{0.5}), 1);
      case Interpolation::kLinear:
        return AddLinear(o);
      case Interpolation::kCubic:
        return AddCubic(o);
    }
  }

  static int64_t FloorAsFloat(T position) { return static_cast<int64_t>(std::floor(static_cast<float>(position))); }

  void AddLinear(int64_t o) {
    const T position = axis_.in == axis_.out ? static_cast<T>(o) : Position(o);
    const int64_t first = std::min(static_cast<int64_t>(position), axis_.in - 1);
    const T fraction = std::clamp<T>(position - static_cast<T>(first), 0, 1);
    Add(first, 1 - fraction);
    Add(first + 1, fraction);
  }

  void AddCubic(int64_t o) {
    const T position = Position(o);
    const int64_t first = std::min(static_cast<int64_t>(std::floor(position)), axis_.in - 1);
    const T t = std::clamp<T>(position - static_cast<T>(first), 0, 1);
    constexpr T kA = kCubicParameter<T>;
    Add(first - 1, CubicFar<T>(t + 1, kA));
    Add(first, CubicNear<T>(t, kA));
    Add(first + 1, CubicNear<T>(1 - t, kA));
    Add(first + 2, CubicFar<T>(2 - t, kA));
  }

  void AddStretched(int64_t o) {
    const T stretch = std::max<T>(scale_, 1);
    const T support = (axis_.mode == Interpolation::kLinear ? T{1} : T{2}) * stretch;
    const T center = scale_ * (static_cast<T>(o) + T{0.5});
    const auto bound = [&](T at) { return std::clamp<int64_t>(static_cast<int64_t>(at + T{0.5}), 0, axis_.in); };
    const int64_t first = bound(center - support), end = bound(center + support);
    std::vector<T> weights;
    T total = 0;
    for (int64_t i = first; i < end; ++i) {
      weights.push_back(FilterAt<T>(axis_.mode, (static_cast<T>(i) - center + T{0.5}) / stretch));
      total += weights.back();
    }
    for (int64_t i = first; i < end; ++i) Add(i, total == 0 ? T{0} : weights[i - first] / total);
  }

  const AxisSampling axis_;
  const T scale_;
  AxisTaps taps_;
};

}  // namespace

bool AxisTaps::IsIdentity() const {
  for (int64_t row = 0; row < rows(); ++row) {
    if (begin[row + 1] != row + 1 || source[row] != row || weight[row] != 1) return false;
  }
  return true;
}

AxisTaps AxisTaps::Transposed(int64_t columns) const {
  AxisTaps transposed;
  transposed.begin.assign(static_cast<size_t>(columns) + 1, 0);
  transposed.source.resize(source.size());
  transposed.weight.resize(source.size());
  for (const int64_t column : source) ++transposed.begin[column + 1];
  for (int64_t column = 0; column < columns; ++column) transposed.begin[column + 1] += transposed.begin[column];
  std::vector<int64_t> next(transposed.begin.begin(), transposed.begin.end() - 1);
  for (int64_t row = 0; row < rows(); ++row) {
    for (int64_t tap = begin[row]; tap < begin[row + 1]; ++tap) {
      const int64_t at = next[source[tap]]++;
      transposed.source[at] = row;
      transposed.weight[at] = weight[tap];
    }
  }
  return transposed;
}

template <class T>
AxisTaps MakeAxisTaps(const AxisSampling& axis) {
  return TapMaker<T>(axis).Make();
}
template AxisTaps MakeAxisTaps<float>(const AxisSampling& axis);
template AxisTaps MakeAxisTaps<double>(const AxisSampling& axis);

}  // namespace moduled::nn
