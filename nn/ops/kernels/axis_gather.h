// Copies a dense array while choosing, for each axis by itself, which of its indices come and in which order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/tensor/shape.h"

namespace moduled::nn::kernels {

// Prepared once, run often, from any thread.
class AxisGather {
 public:
  // sources[axis][i]: the index of `from` that stands at i in the result. element_size: 1, 2, 4 or 8 bytes.
  AxisGather(const Shape& from, std::vector<std::vector<int64_t>> sources, size_t element_size);

  // The arrays do not overlap. The result's extents are the sizes of the sources.
  void Run(const void* from, void* to) const;

 private:
  // Copies what lies under one step of the axes before `axis`; answers where the next step's goes.
  uint8_t* CopyFrom(size_t axis, const uint8_t* from, uint8_t* to) const;

  std::vector<std::vector<int64_t>> offsets_;  // For each axis that chooses, in bytes.
  size_t block_bytes_;                         // What lies under one step of all of these.
};

}  // namespace moduled::nn::kernels
