// Vectors of AVX-512: written with operators, compiled for it function by function.
//
// Elsewhere they compile to whatever is there, which nobody runs: ask IsSupported() first.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#define MODULED_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#else
#define MODULED_AVX512
#endif
#define MODULED_AVX512_INLINE MODULED_AVX512 __attribute__((always_inline)) inline

namespace moduled::nn::avx512 {

// Whether this processor runs functions that are declared MODULED_AVX512.
inline bool IsSupported() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

constexpr int64_t kLanes = 16;

using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));

// How many vectors hold so many elements.
constexpr int64_t VectorsFor(int64_t elements) { return (elements + kLanes - 1) / kLanes; }

MODULED_AVX512_INLINE Vector Broadcast(float x) { return Vector{x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

MODULED_AVX512_INLINE Vector Load(const float* from) {
  using Unaligned = float __attribute__((vector_size(kLanes * sizeof(float)), aligned(alignof(float)), may_alias));
  return *reinterpret_cast<const Unaligned*>(from);
}
MODULED_AVX512_INLINE void Store(float* to, Vector x) {
  using Unaligned = float __attribute__((vector_size(kLanes * sizeof(float)), aligned(alignof(float)), may_alias));
  *reinterpret_cast<Unaligned*>(to) = x;
}

// The first `count` <= kLanes elements alone; those behind are neither read nor written, and load as zero.
#if defined(__x86_64__)
MODULED_AVX512_INLINE Vector LoadFirst(const float* from, int64_t count) {
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from);
}
MODULED_AVX512_INLINE void StoreFirst(float* to, Vector x, int64_t count) {
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), x);
}
#else
inline Vector LoadFirst(const float* from, int64_t count) {
  Vector x = {};
  for (int64_t i = 0; i < count; ++i) x[i] = from[i];
  return x;
}
inline void StoreFirst(float* to, Vector x, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] = x[i];
}
#endif

}  // namespace moduled::nn::avx512
