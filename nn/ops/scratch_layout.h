// Divides a kernel's scratch into buffers while the kernel is made.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/tensor/tensor.h"

namespace moduled::nn {

class ScratchLayout {
 public:
  // The offset of a new buffer, aligned to Tensor::kAlignment.
  size_t Add(size_t bytes) {
    const size_t offset = bytes_;
    bytes_ += (bytes + Tensor::kAlignment - 1) / Tensor::kAlignment * Tensor::kAlignment;
    return offset;
  }
  // All of the buffers.
  size_t bytes() const { return bytes_; }

  // The buffer at `offset` in the scratch of a run.
  template <class T>
  static T* At(void* scratch, size_t offset) {
    return reinterpret_cast<T*>(static_cast<uint8_t*>(scratch) + offset);
  }

 private:
  size_t bytes_ = 0;
};

}  // namespace moduled::nn
