// elu: y = scale x where x > 0, else scale alpha (exp(input_scale x) - 1). ELU, CELU and SELU are this.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include <cmath>

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct EluRule {
  static constexpr absl::string_view kName = "elu";
  static constexpr absl::string_view kGradientName = "elu_backward";
  static constexpr absl::string_view kImplementation = "elu_cpu";  // What torch calls it where it lacks a type.
  struct Attrs {
    double alpha = 1;
    double scale = 1;
    double input_scale = 1;
    bool operator==(const Attrs&) const = default;
  };

  template <class T>
  static T Of(const Attrs& a, T x) {
    const T scale = static_cast<T>(a.scale);
    return x > T{0} ? scale * x : scale * static_cast<T>(a.alpha) * std::expm1(static_cast<T>(a.input_scale) * x);
  }
  template <class T>
  static T Slope(const Attrs& a, T x) {
    if (x > T{0}) return static_cast<T>(a.scale);
    return static_cast<T>(a.scale * a.alpha * a.input_scale) * std::exp(static_cast<T>(a.input_scale) * x);
  }
};

using EluOp = ActivationOp<EluRule>;

}  // namespace moduled::nn
