// softplus: y = log(1 + exp(beta x)) / beta; x itself where beta x > threshold.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include <cmath>

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct SoftplusRule {
  static constexpr absl::string_view kName = "softplus";
  static constexpr absl::string_view kGradientName = "softplus_backward";
  static constexpr absl::string_view kImplementation = "softplus_cpu";  // What torch calls it where it lacks a type.
  struct Attrs {
    double beta = 1;
    double threshold = 20;
    bool operator==(const Attrs&) const = default;
  };

  template <class T>
  static T Of(const Attrs& a, T x) {
    const T beta = static_cast<T>(a.beta);
    return x * beta > static_cast<T>(a.threshold) ? x : std::log1p(std::exp(x * beta)) / beta;
  }
  template <class T>
  static T Slope(const Attrs& a, T x) {
    const T beta = static_cast<T>(a.beta);
    if (x * beta > static_cast<T>(a.threshold)) return T{1};
    const T z = std::exp(x * beta);
    return z / (z + T{1});
  }
};

using SoftplusOp = ActivationOp<SoftplusRule>;

}  // namespace moduled::nn
