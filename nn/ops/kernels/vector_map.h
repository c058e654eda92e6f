// y[i] = f(x[i]) for any f, in the processor's widest registers.
//
// MODULED_CPU_CLONES does not work on templates. The clones stand here one by one, and the choice between them is made
// at run time; f and all that it calls must be inline, and f always (MODULED_INLINE), to be compiled along with each.
#pragma once

#include <cstdint>

#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {

template <class T, class Function>
MODULED_INLINE void MapLoop(const T* x, T* y, int64_t n, const Function& function) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = function(x[i]);
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)

template <class T, class Function>
__attribute__((target("arch=x86-64-v4"))) void MapLoop512(const T* x, T* y, int64_t n, const Function& function) {
  MapLoop(x, y, n, function);
}

template <class T, class Function>
__attribute__((target("arch=x86-64-v3"))) void MapLoop256(const T* x, T* y, int64_t n, const Function& function) {
  MapLoop(x, y, n, function);
}

template <class T, class Function>
void VectorMap(const T* x, T* y, int64_t n, const Function& function) {
  if (__builtin_cpu_supports("x86-64-v4")) return MapLoop512(x, y, n, function);
  if (__builtin_cpu_supports("x86-64-v3")) return MapLoop256(x, y, n, function);
  MapLoop(x, y, n, function);
}

#else

template <class T, class Function>
void VectorMap(const T* x, T* y, int64_t n, const Function& function) {
  MapLoop(x, y, n, function);
}

#endif

}  // namespace moduled::nn::kernels
