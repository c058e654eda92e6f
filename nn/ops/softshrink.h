// softshrink: y = x - lambd where x > lambd, x + lambd where x < -lambd, else 0.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct SoftshrinkRule {
  static constexpr absl::string_view kName = "softshrink";
  static constexpr absl::string_view kGradientName = "softshrink_backward";
  static constexpr absl::string_view kImplementation = "softshrink_cpu";  // What torch calls it where it lacks a type.
  struct Attrs {
    double lambd = 0.5;
    bool operator==(const Attrs&) const = default;
  };

  template <class T>
  static T Of(const Attrs& a, T x) {
    const T lambd = static_cast<T>(a.lambd);
    if (x > lambd) return x - lambd;
    return x < -lambd ? x + lambd : (x != x ? x : T{0});  // NOLINT: a NaN stays one.
  }
  template <class T>
  static T Slope(const Attrs& a, T x) {
    return x >= static_cast<T>(-a.lambd) && x <= static_cast<T>(a.lambd) ? T{0} : T{1};
  }
};

using SoftshrinkOp = ActivationOp<SoftshrinkRule>;

}  // namespace moduled::nn
