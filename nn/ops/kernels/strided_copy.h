// Copies between arrays of any strides: permuting, slicing, broadcasting and cutting out are all this.
#pragma once

#include <cstddef>

#include "absl/types/span.h"
#include "nn/ops/kernels/strided_loop.h"

namespace moduled::nn::kernels {

// Prepared once, run often, from any thread.
class StridedCopy {
 public:
  // In `nest`, strides[0] walks over what is read and strides[1] over what is written, in elements of element_size
  // bytes: 1, 2, 4 or 8.
  StridedCopy(const LoopNest& nest, size_t element_size);

  // The arrays do not overlap.
  void Run(const void* from, void* to) const;

 private:
  template <size_t kSize>
  void RunSized(const void* from, void* to) const;

  LoopNest outer_;
  // The two innermost loops: rows and their elements. Where the elements of a row are far apart in what is read, the
  // rows are neighbours if any loop's steps are.
  LoopAxis rows_;
  LoopAxis row_;
  size_t element_size_;
};

// Writes the same element of element_size bytes, 1, 2, 4 or 8, n times.
void Fill(void* to, int64_t n, const void* element, size_t element_size);

}  // namespace moduled::nn::kernels
