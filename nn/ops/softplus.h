// softplus: y = log(1 + exp(beta x)) / beta; x itself where beta x > threshold.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include "nn/ops/elementwise/activation.h"
#include "nn/ops/kernels/math.h"

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
  MODULED_INLINE static T Of(const Attrs& a, T x) {
    const T beta = static_cast<T>(a.beta);
    const T soft = kernels::Log1pExp(x * beta) / beta;
    return kernels::Select(x * beta > static_cast<T>(a.threshold), x, soft);
  }
  template <class T>
  static T Slope(const Attrs& a, T x) {
    const T beta = static_cast<T>(a.beta);
    if (x * beta > static_cast<T>(a.threshold)) return T{1};
    const T z = kernels::Exp(x * beta);
    return z / (z + T{1});
  }
};

using SoftplusOp = ActivationOp<SoftplusRule>;

}  // namespace moduled::nn
