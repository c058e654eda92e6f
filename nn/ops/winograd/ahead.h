// Brings into the cache what is read later, a little in every step of a loop.
#pragma once

#include "nn/ops/winograd/vector.h"

namespace moduled::nn::winograd {

class Ahead {
 public:
  static constexpr int64_t kEvery = 4;

  // So many vectors in so many steps.
  MODULED_AVX512_INLINE Ahead(const float* from, int64_t vectors, int64_t steps)
      : from_(from), at_once_((vectors * kEvery + steps - 1) / steps) {}

  // Is called in one of kEvery steps.
  MODULED_AVX512_INLINE void Step() {
    // The second level of the cache: the first holds what is multiplied now.
    for (int64_t i = 0; i < at_once_; ++i, from_ += kLanes) __builtin_prefetch(from_, 0, 2);
  }

 private:
  const float* from_;
  const int64_t at_once_;
};

}  // namespace moduled::nn::winograd
