#include "nn/ops/winograd/multiply.h"

#include "nn/ops/winograd/ahead.h"
#include "nn/ops/winograd/vector.h"

namespace moduled::nn::winograd {
namespace {

// The sums stay in registers from the first step to the last.
template <int kRows, int kVectors>
MODULED_AVX512 void MultiplyRows(const Product& product) {
  Vector sums[kRows][kVectors] = {};
  const float* u = product.u;
  const float* v = product.v;
  const int64_t stride = product.v_stride;
  Ahead ahead(product.next, product.next_vectors, product.depth);
  for (int64_t k = 0; k < product.depth; ++k, u += kVectors * kLanes, ++v) {
    if (k % Ahead::kEvery == 0) ahead.Step();
    Vector weights[kVectors];
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) weights[j] = Load(u + j * kLanes);
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
      const Vector value = Broadcast(v[i * stride]);
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) sums[i][j] += value * weights[j];
    }
  }
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) Store(product.m + i * product.m_stride + j * kLanes, sums[i][j]);
  }
}

using Kernel = void (*)(const Product&);
template <int kRows>
constexpr Kernel kOfRows[kMaxPanelVectors] = {MultiplyRows<kRows, 1>, MultiplyRows<kRows, 2>, MultiplyRows<kRows, 3>,
                                              MultiplyRows<kRows, 4>};
constexpr const Kernel* kKernels[kMaxRows] = {kOfRows<1>, kOfRows<2>, kOfRows<3>, kOfRows<4>, kOfRows<5>, kOfRows<6>};

}  // namespace

void Multiply(const Product& product, int64_t rows, int64_t vectors) { kKernels[rows - 1][vectors - 1](product); }

}  // namespace moduled::nn::winograd
