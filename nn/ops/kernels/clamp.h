// Loops that cut values off at bounds. A NaN passes every comparison and so stays a NaN. x may be y.
#pragma once

#include <cstdint>

#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {

// y = max(x, low).
template <class T>
void ClampBelow(const T* x, T* y, int64_t n, T low) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] < low ? low : x[i];
}

// y = min(max(x, low), high).
template <class T>
void Clamp(const T* x, T* y, int64_t n, T low, T high) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) {
    const T raised = x[i] < low ? low : x[i];
    y[i] = raised > high ? high : raised;
  }
}

}  // namespace moduled::nn::kernels
