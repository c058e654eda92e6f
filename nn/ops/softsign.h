// softsign: y = x / (1 + |x|).
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include <cmath>

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct SoftsignRule {
  static constexpr absl::string_view kName = "softsign";
  static constexpr absl::string_view kGradientName = "softsign_backward";
  static constexpr absl::string_view kImplementation = "softsign_cpu";  // What torch calls it where it lacks a type.
  using Attrs = NoAttrs;

  template <class T>
  static T Of(const Attrs&, T x) {
    return x / (T{1} + std::abs(x));
  }
  template <class T>
  static T Slope(const Attrs&, T x) {
    const T root = T{1} + std::abs(x);
    return T{1} / (root * root);
  }
};

using SoftsignOp = ActivationOp<SoftsignRule>;

}  // namespace moduled::nn
