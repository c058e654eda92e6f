// tanhshrink: y = x - tanh(x).
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include <cmath>

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct TanhshrinkRule {
  static constexpr absl::string_view kName = "tanhshrink";
  static constexpr absl::string_view kGradientName = "tanhshrink_backward";
  static constexpr absl::string_view kImplementation = "tanh_vml_cpu";  // What torch calls it where it lacks a type.
  using Attrs = NoAttrs;

  template <class T>
  static T Of(const Attrs&, T x) {
    return x - std::tanh(x);
  }
  template <class T>
  static T Slope(const Attrs&, T x) {
    const T tanh = std::tanh(x);
    return tanh * tanh;
  }
};

using TanhshrinkOp = ActivationOp<TanhshrinkRule>;

}  // namespace moduled::nn
