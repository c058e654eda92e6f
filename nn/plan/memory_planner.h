// Places buffers with known lifetimes into one arena. A pure function, after the greedy-by-size rule: large buffers
// first, each at the lowest offset where it overlaps nothing that lives at the same time.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace moduled::nn {

// A buffer that is written in step `first` and read last in step `last`, both included.
struct BufferLifetime {
  size_t bytes = 0;
  size_t first = 0;
  size_t last = 0;
};

struct MemoryLayout {
  std::vector<size_t> offsets;  // One for each buffer, multiples of Tensor::kAlignment.
  size_t arena_bytes = 0;
};

// RESOURCE_EXHAUSTED if the sizes do not fit into an address space.
absl::StatusOr<MemoryLayout> PlanMemory(absl::Span<const BufferLifetime> buffers);

}  // namespace moduled::nn
