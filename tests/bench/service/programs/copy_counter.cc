// Counts what a process copies: memcpy and memmove in front of libc's (LD_PRELOAD), for every library that calls them.
//
// Copies of at least COPY_COUNTER_LEAST bytes are added up in the file COPY_COUNTER_FILE, which is mapped into memory:
// two uint64, how many copies and of how many bytes. Smaller ones are headers and names, not tensors.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

struct Counts {
  std::atomic<uint64_t> copies;
  std::atomic<uint64_t> bytes;
};

std::atomic<Counts*> counts = nullptr;
size_t least = 0;

// Copies happen before this runs, too: those are not counted.
__attribute__((constructor)) void MapCounts() {
  const char* path = std::getenv("COPY_COUNTER_FILE");
  const char* limit = std::getenv("COPY_COUNTER_LEAST");
  if (path == nullptr || limit == nullptr) return;
  least = std::strtoull(limit, nullptr, 10);
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* const memory = mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory != MAP_FAILED) counts = static_cast<Counts*>(memory);
}

void Count(size_t size) {
  Counts* const to = counts.load(std::memory_order_relaxed);
  if (to == nullptr || size < least) return;
  to->copies.fetch_add(1, std::memory_order_relaxed);
  to->bytes.fetch_add(size, std::memory_order_relaxed);
}

void CopyForward(unsigned char* to, const unsigned char* from, size_t size) {
#ifdef __x86_64__
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
#else
  for (size_t i = 0; i < size; ++i) to[i] = from[i];
#endif
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void* memcpy(void* __restrict to, const void* __restrict from, size_t size) {
  Count(size);
  CopyForward(static_cast<unsigned char*>(to), static_cast<const unsigned char*>(from), size);
  return to;
}

__attribute__((visibility("default"))) void* memmove(void* to, const void* from, size_t size) {
  Count(size);
  auto* out = static_cast<unsigned char*>(to);
  const auto* in = static_cast<const unsigned char*>(from);
  if (out <= in || out >= in + size) {
    CopyForward(out, in, size);
  } else {
    for (size_t i = size; i > 0; --i) out[i - 1] = in[i - 1];
  }
  return to;
}

}  // extern "C"
