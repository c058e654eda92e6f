// What the operators that divide have in common: an integer has no quotient by zero.
#pragma once

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

#include "nn/ops/elementwise/binary.h"

namespace moduled::nn {

// A kernel of `function`, which requires b != 0 for integers: it fails the run with torch's text, before anything is
// divided, where one of the divisors is zero.
template <class T, class Function>
std::unique_ptr<Kernel> MakeDivisionKernel(const KernelRequest& request, Function function) {
  std::unique_ptr<Kernel> divide = MakeBinaryKernel<T>(request, function);
  // A quotient of nothing divides by nothing.
  if (std::is_floating_point_v<T> || request.out[0].numel() == 0) return divide;
  return MakeSimpleKernel("loop", [divide = std::move(divide), n = request.in[1].numel()](const KernelArgs& args) {
    const auto* divisors = static_cast<const T*>(args.in[1]);
    if (std::find(divisors, divisors + n, T{0}) != divisors + n) {
      return absl::InvalidArgumentError("ZeroDivisionError");
    }
    return divide->Run(args);
  });
}

}  // namespace moduled::nn
