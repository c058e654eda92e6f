// mish: y = x tanh(log(1 + exp(x))).
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include "nn/ops/elementwise/activation.h"
#include "nn/ops/kernels/math.h"

namespace moduled::nn {

struct MishRule {
  static constexpr absl::string_view kName = "mish";
  static constexpr absl::string_view kGradientName = "mish_backward";
  static constexpr absl::string_view kImplementation = "mish_cpu";  // What torch calls it where it lacks a type.
  using Attrs = NoAttrs;

  template <class T>
  MODULED_INLINE static T Of(const Attrs&, T x) {
    return x * TanhOfSoftplus(x);
  }
  template <class T>
  static T Slope(const Attrs&, T x) {
    const T sigmoid = T{1} / (T{1} + kernels::Exp(-x));
    const T tanh = TanhOfSoftplus(x);
    return tanh + x * sigmoid * (T{1} - tanh * tanh);
  }

 private:
  // tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2) for e = exp(x), and 1 long before e overflows.
  template <class T>
  MODULED_INLINE static T TanhOfSoftplus(T x) {
    const T e = kernels::Exp(x > T{40} ? T{40} : x);
    const T n = e * (e + T{2});
    return n / (n + T{2});
  }
};

using MishOp = ActivationOp<MishRule>;

}  // namespace moduled::nn
