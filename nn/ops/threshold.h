// threshold: y = x where x > threshold, else value.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct ThresholdRule {
  static constexpr absl::string_view kName = "threshold";
  static constexpr absl::string_view kGradientName = "threshold_backward";
  static constexpr absl::string_view kImplementation = "threshold_cpu";  // What torch calls it where it lacks a type.
  struct Attrs {
    double threshold = 0;
    double value = 0;
    bool operator==(const Attrs&) const = default;
  };

  template <class T>
  static T Of(const Attrs& a, T x) {
    return x <= static_cast<T>(a.threshold) ? static_cast<T>(a.value) : x;
  }
  template <class T>
  static T Slope(const Attrs& a, T x) {
    return x <= static_cast<T>(a.threshold) ? T{0} : T{1};
  }
};

using ThresholdOp = ActivationOp<ThresholdRule>;

}  // namespace moduled::nn
