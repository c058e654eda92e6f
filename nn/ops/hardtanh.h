// hardtanh: y = min(max(x, min), max). Unlike clamp, it is flat at the bounds themselves: relu6 is {0, 6}.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct HardtanhRule {
  static constexpr absl::string_view kName = "hardtanh";
  static constexpr absl::string_view kGradientName = "hardtanh_backward";
  static constexpr absl::string_view kImplementation = "hardtanh_cpu";  // What torch calls it where it lacks a type.
  struct Attrs {
    double min = -1;
    double max = 1;
    bool operator==(const Attrs&) const = default;
  };

  template <class T>
  static T Of(const Attrs& a, T x) {
    const T low = static_cast<T>(a.min);
    const T high = static_cast<T>(a.max);
    return x < low ? low : (x > high ? high : x);
  }
  template <class T>
  static T Slope(const Attrs& a, T x) {
    return x <= static_cast<T>(a.min) || x >= static_cast<T>(a.max) ? T{0} : T{1};
  }
  static Pointwise AsPointwise(const Attrs& a) {
    return {.kind = Pointwise::Kind::kClamp, .low = static_cast<float>(a.min), .high = static_cast<float>(a.max)};
  }
};

using HardtanhOp = ActivationOp<HardtanhRule>;

}  // namespace moduled::nn
