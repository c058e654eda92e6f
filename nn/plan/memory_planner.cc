#include "nn/plan/memory_planner.h"

#include <algorithm>
#include <numeric>

#include "absl/status/status.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {
namespace {

bool LiveTogether(const BufferLifetime& a, const BufferLifetime& b) { return a.first <= b.last && b.first <= a.last; }

}  // namespace

absl::StatusOr<MemoryLayout> PlanMemory(absl::Span<const BufferLifetime> buffers) {
  // Half the address space: sums of two offsets can then not overflow.
  constexpr size_t kLimit = SIZE_MAX / 4;
  std::vector<size_t> sizes;
  sizes.reserve(buffers.size());
  size_t total = 0;
  for (const BufferLifetime& buffer : buffers) {
    if (buffer.bytes > kLimit || total > kLimit) return absl::ResourceExhaustedError("plan: the buffers are too large");
    sizes.push_back((buffer.bytes + Tensor::kAlignment - 1) / Tensor::kAlignment * Tensor::kAlignment);
    total += sizes.back();
  }

  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return sizes[a] > sizes[b]; });

  MemoryLayout layout{std::vector<size_t>(buffers.size()), 0};
  std::vector<size_t> placed;  // By offset.
  for (size_t buffer : order) {
    size_t offset = 0;
    for (size_t other : placed) {
      if (!LiveTogether(buffers[buffer], buffers[other])) continue;
      if (offset + sizes[buffer] <= layout.offsets[other]) break;  // It fits into the gap before this one.
      offset = std::max(offset, layout.offsets[other] + sizes[other]);
    }
    layout.offsets[buffer] = offset;
    layout.arena_bytes = std::max(layout.arena_bytes, offset + sizes[buffer]);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), offset,
                                   [&](size_t at, size_t other) { return at < layout.offsets[other]; }),
                  buffer);
  }
  return layout;
}

}  // namespace moduled::nn
