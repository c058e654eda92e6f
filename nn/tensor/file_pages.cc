#include "nn/tensor/file_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace moduled::nn {

void UnmapFile::operator()(const void* data) const {
  if (size > 0) munmap(const_cast<void*>(data), size);
}

void DropFilePages(const Tensor& tensor) {
  if (std::get_deleter<UnmapFile>(tensor.owner()) == nullptr) return;
  static const auto kPage = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto data = reinterpret_cast<uintptr_t>(tensor.data());
  const uintptr_t begin = (data + kPage - 1) / kPage * kPage;
  const uintptr_t end = (data + tensor.byte_size()) / kPage * kPage;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace moduled::nn
