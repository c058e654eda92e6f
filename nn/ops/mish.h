// mish: y = x tanh(log(1 + exp(x))).
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include <cmath>

#include "nn/ops/elementwise/activation.h"

namespace moduled::nn {

struct MishRule {
  static constexpr absl::string_view kName = "mish";
  static constexpr absl::string_view kGradientName = "mish_backward";
  static constexpr absl::string_view kImplementation = "mish_cpu";  // What torch calls it where it lacks a type.
  using Attrs = NoAttrs;

  template <class T>
  static T Of(const Attrs&, T x) {
    return x * std::tanh(std::log1p(std::exp(x)));
  }
  template <class T>
  static T Slope(const Attrs&, T x) {
    const T sigmoid = T{1} / (T{1} + std::exp(-x));
    const T tanh = std::tanh(std::log1p(std::exp(x)));
    return tanh + x * sigmoid * (T{1} - tanh * tanh);
  }
};

using MishOp = ActivationOp<MishRule>;

}  // namespace moduled::nn
