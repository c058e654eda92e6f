// Memory for elements: aligned, and in huge pages where it is large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace moduled::nn {

// One cache line, one AVX-512 register.
inline constexpr size_t kMemoryAlignment = 64;

struct FreeMemory {
  void operator()(uint8_t* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<uint8_t, FreeMemory>;

// More than `bytes`, by up to a cache line: vector code may read a last partial register. Undefined; null when they are
// not to be had.
Memory AllocateMemory(size_t bytes);

}  // namespace moduled::nn
