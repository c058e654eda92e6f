// Functions of one number that an operator can apply to its results before it writes them.
#pragma once

#include <cstdint>
#include <limits>

namespace moduled::nn {

struct Pointwise {
  enum class Kind : uint8_t {
    kIdentity,
    kClamp,        // To [low, high]: relu is [0, inf].
    kSigmoid,      // 1 / (1 + exp(-x))
    kSilu,         // x sigmoid(x)
    kHardsigmoid,  // clamp(x / 6 + 1/2, 0, 1)
    kHardswish,    // x hardsigmoid(x)
    kTanh,
    kGelu,      // x Phi(x)
    kGeluTanh,  // Its approximation by tanh.
    kElu,       // x for x > 0, else low (exp(x) - 1)
    kLeaky,     // x for x > 0, else low x
  };

  Kind kind = Kind::kIdentity;
  float low = 0;
  float high = std::numeric_limits<float>::infinity();

  static Pointwise Relu() { return {.kind = Kind::kClamp}; }
  bool operator==(const Pointwise&) const = default;
};

}  // namespace moduled::nn
