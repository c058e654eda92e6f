// elu: y = scale x where x > 0, else scale alpha (exp(input_scale x) - 1). ELU, CELU and SELU are this.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include "nn/ops/elementwise/activation.h"
#include "nn/ops/kernels/math.h"

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
  MODULED_INLINE static T Of(const Attrs& a, T x) {
    const T scale = static_cast<T>(a.scale);
    const T below = scale * static_cast<T>(a.alpha) * kernels::Expm1(static_cast<T>(a.input_scale) * x);
    return x > T{0} ? scale * x : below;
  }
  template <class T>
  static T Slope(const Attrs& a, T x) {
    if (x > T{0}) return static_cast<T>(a.scale);
    return static_cast<T>(a.scale * a.alpha * a.input_scale) * kernels::Exp(static_cast<T>(a.input_scale) * x);
  }
};

using EluOp = ActivationOp<EluRule>;

}  // namespace moduled::nn
