#include "nn/tensor/memory.h"

#include <sys/mman.h>

namespace moduled::nn {
namespace {

// A huge page of x86-64 and, with small pages of 4 KiB, of arm64.
constexpr size_t kHugePage = size_t{2} << 20;
// From here on, what alignment may waste is at most a half.
constexpr size_t kLarge = 2 * kHugePage;

}  // namespace

Memory AllocateMemory(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return nullptr;
  const bool is_large = bytes >= kLarge;
  const size_t rounded = (bytes / kMemoryAlignment + 1) * kMemoryAlignment;
  void* address = nullptr;
  if (posix_memalign(&address, is_large ? kHugePage : kMemoryAlignment, rounded) != 0) return nullptr;
  // Whole huge pages alone: what lies behind the last one is somebody else's too. That the system has none to give is
  // no error.
  if (is_large) madvise(address, rounded / kHugePage * kHugePage, MADV_HUGEPAGE);
  return Memory(static_cast<uint8_t*>(address));
}

}  // namespace moduled::nn
