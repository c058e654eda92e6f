// The memory that one thread runs plans in: grown to the largest plan it has run, reused by every run.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/tensor/memory.h"

namespace moduled::nn {

class Workspace {
 public:
  // At least `bytes`, aligned to Tensor::kAlignment; null when the memory is not to be had. Earlier contents are lost.
  uint8_t* Reserve(size_t bytes) {
    if (bytes > capacity_) {
      memory_.reset();  // Never both at once.
      memory_ = AllocateMemory(bytes);
      capacity_ = memory_ == nullptr ? 0 : bytes;
    }
    return memory_.get();
  }
  size_t capacity() const { return capacity_; }

 private:
  Memory memory_;
  size_t capacity_ = 0;
};

}  // namespace moduled::nn
