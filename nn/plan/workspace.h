// The memory that one thread runs plans in: grown to the largest plan it has run, reused by every run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "absl/status/status.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {

class Workspace {
 public:
  // At least `bytes`, aligned to Tensor::kAlignment; null when the memory is not to be had. Earlier contents are lost.
  uint8_t* Reserve(size_t bytes) {
    if (bytes > capacity_) {
      buffer_.reset();  // Never both at once.
      capacity_ = 0;
      const size_t rounded = (bytes + Tensor::kAlignment - 1) / Tensor::kAlignment * Tensor::kAlignment;
      buffer_.reset(static_cast<uint8_t*>(std::aligned_alloc(Tensor::kAlignment, rounded)));
      if (buffer_ == nullptr) return nullptr;
      capacity_ = rounded;
    }
    return buffer_.get();
  }
  size_t capacity() const { return capacity_; }

 private:
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };
  std::unique_ptr<uint8_t, Free> buffer_;
  size_t capacity_ = 0;
};

}  // namespace moduled::nn
