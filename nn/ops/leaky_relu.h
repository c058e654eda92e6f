// leaky_relu: y = x where x > 0, else slope x.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct LeakyReluRule {
  static constexpr absl::string_view kName = "leaky_relu";
  static constexpr absl::string_view kGradientName = "leaky_relu_backward";
  static constexpr absl::string_view kImplementation = "leaky_relu_cpu";  // What torch calls it where it lacks a type.
  struct Attrs {
    double slope = 0.01;
    bool operator==(const Attrs&) const = default;
  };

  template <class T>
  static T Of(const Attrs& a, T x) {
    return x > T{0} ? x : static_cast<T>(a.slope) * x;
  }
  template <class T>
  static T Slope(const Attrs& a, T x) {
    return x > T{0} ? T{1} : static_cast<T>(a.slope);
  }
  static Pointwise AsPointwise(const Attrs& a) {
    return {.kind = Pointwise::Kind::kLeaky, .low = static_cast<float>(a.slope)};
  }
};

using LeakyReluOp = ActivationOp<LeakyReluRule>;

}  // namespace moduled::nn
