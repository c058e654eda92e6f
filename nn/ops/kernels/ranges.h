// Passes over many elements, by as many threads as they are worth.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace moduled::nn::kernels {

// pass(begin, end) for parts of [0, count) that make it up, at most `threads` of them at once; fewer where each would
// have too little to do. Each of the `count` stands for `elements` numbers.
void ForRanges(int threads, int64_t count, int64_t elements, absl::FunctionRef<void(int64_t begin, int64_t end)> pass);

}  // namespace moduled::nn::kernels
