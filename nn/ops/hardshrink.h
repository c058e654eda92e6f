// hardshrink: y = x where |x| > lambd, else 0.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct HardshrinkRule {
  static constexpr absl::string_view kName = "hardshrink";
  static constexpr absl::string_view kGradientName = "hardshrink_backward";
  static constexpr absl::string_view kImplementation = "hardshrink_cpu";  // What torch calls it where it lacks a type.
  struct Attrs {
    double lambd = 0.5;
    bool operator==(const Attrs&) const = default;
  };

  template <class T>
  static T Of(const Attrs& a, T x) {
    return x >= static_cast<T>(-a.lambd) && x <= static_cast<T>(a.lambd) ? T{0} : x;
  }
  template <class T>
  static T Slope(const Attrs& a, T x) {
    return x >= static_cast<T>(-a.lambd) && x <= static_cast<T>(a.lambd) ? T{0} : T{1};
  }
};

using HardshrinkOp = ActivationOp<HardshrinkRule>;

}  // namespace moduled::nn
