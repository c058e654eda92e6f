// The kernel of all operators that only move elements.
#pragma once

#include <memory>

#include "nn/graph/kernel.h"
#include "nn/ops/kernels/strided_loop.h"

namespace moduled::nn {

// Copies elements of the first input, from its element `first` on, in the order that the nest says: strides[0] walks
// over the input, strides[1] over the output. An element has element_size bytes.
std::unique_ptr<Kernel> MakeCopyKernel(const kernels::LoopNest& nest, size_t element_size, int64_t first = 0);

}  // namespace moduled::nn
