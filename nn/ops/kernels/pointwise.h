// Functions of one number (nn/graph/pointwise.h), one number at a time: for references and rare cases.
#pragma once

#include <algorithm>
#include <cmath>

#include "nn/graph/pointwise.h"

namespace moduled::nn::kernels {

inline float Apply(const Pointwise& p, float x) {
  using Kind = Pointwise::Kind;
  const auto sigmoid = [](float v) { return 1.0f / (1.0f + std::exp(-v)); };
  const auto hardsigmoid = [](float v) { return std::clamp(v / 6.0f + 0.5f, 0.0f, 1.0f); };
  switch (p.kind) {
    case Kind::kIdentity:
      return x;
    case Kind::kClamp:
      return std::isnan(x) ? x : std::min(std::max(x, p.low), p.high);
    case Kind::kSigmoid:
      return sigmoid(x);
    case Kind::kSilu:
      return x * sigmoid(x);
    case Kind::kHardsigmoid:
      return hardsigmoid(x);
    case Kind::kHardswish:
      return x * hardsigmoid(x);
    case Kind::kTanh:
      return std::tanh(x);
    case Kind::kGelu:
      return 0.5f * x * (1.0f + std::erf(x * 0.70710678118654752f));
    case Kind::kGeluTanh:
      return 0.5f * x * (1.0f + std::tanh(0.79788456080286536f * (x + 0.044715f * x * x * x)));
    case Kind::kElu:
      return x > 0 ? x : p.low * std::expm1(x);
    case Kind::kLeaky:
      return x > 0 ? x : p.low * x;
  }
  return x;
}

}  // namespace moduled::nn::kernels
