#include "nn/ops/kernels/pointwise_rows.h"

#include "nn/ops/kernels/activations.h"
#include "nn/ops/kernels/math.h"
#include "nn/ops/kernels/rows.h"
#include "nn/ops/kernels/vector_map.h"

namespace moduled::nn::kernels {
namespace {

struct EluOf {
  float scale;
  MODULED_INLINE float operator()(float x) const {
    const float below = scale * Expm1(x);
    return x > 0 ? x : below;
  }
};

struct LeakyOf {
  float slope;
  MODULED_INLINE float operator()(float x) const { return x > 0 ? x : slope * x; }
};

}  // namespace

void ApplyRow(const Pointwise& p, float* y, int64_t n) {
  using Kind = Pointwise::Kind;
  switch (p.kind) {
    case Kind::kIdentity:
      return;
    case Kind::kClamp:
      return ClampRow(p.low, p.high, y, n);
    case Kind::kSigmoid:
      return Sigmoid(y, y, n);
    case Kind::kSilu:
      return Silu(y, y, n);
    case Kind::kHardsigmoid:
      return Hardsigmoid(y, y, n);
    case Kind::kHardswish:
      return Hardswish(y, y, n);
    case Kind::kTanh:
      return Tanh(y, y, n);
    case Kind::kGelu:
      return Gelu(y, y, n);
    case Kind::kGeluTanh:
      return GeluTanh(y, y, n);
    case Kind::kElu:
      return VectorMap(y, y, n, EluOf{p.low});
    case Kind::kLeaky:
      return VectorMap(y, y, n, LeakyOf{p.low});
  }
}

}  // namespace moduled::nn::kernels
