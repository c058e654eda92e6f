#include "nn/ops/kernels/ranges.h"

#include <algorithm>

#include "nn/ops/kernels/parallel.h"

namespace moduled::nn::kernels {
namespace {

// Waking a thread costs as much as computing about so many elements.
constexpr int64_t kElementsPerThread = 131072;

}  // namespace

void ForRanges(int threads, int64_t count, int64_t elements, absl::FunctionRef<void(int64_t begin, int64_t end)> pass) {
  const int64_t worth = count * elements / kElementsPerThread;  // No overflow: a tensor has that many elements.
  const auto used = static_cast<int>(std::clamp<int64_t>(worth, 1, std::max(threads, 1)));
  ParallelFor(used, count, [&](int64_t begin, int64_t end, int) { pass(begin, end); });
}

}  // namespace moduled::nn::kernels
