#include "nn/tensor/file_pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace moduled::nn {
namespace {

constexpr size_t kPages = 5;

// The pages of a mapping that are in memory for this process.
size_t ResidentPages(const void* data, size_t bytes) {
  FILE* maps = std::fopen("/proc/self/pagemap", "rb");
  if (maps == nullptr) return SIZE_MAX;
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t resident = 0;
  for (size_t i = 0; i < bytes / page; ++i) {
    uint64_t entry = 0;
    const auto at = static_cast<long>((reinterpret_cast<uintptr_t>(data) / page + i) * sizeof(entry));
    if (std::fseek(maps, at, SEEK_SET) != 0 || std::fread(&entry, sizeof(entry), 1, maps) != 1) break;
    resident += entry >> 63;
  }
  std::fclose(maps);
  return resident;
}

TEST(FilePages, AreGivenBackAndReadAgain) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE)), size = kPages * page;
  const std::string path = testing::TempDir() + "/file_pages";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  ASSERT_GE(file, 0);
  const std::vector<uint8_t> bytes(size, 7);
  ASSERT_EQ(write(file, bytes.data(), size), static_cast<ssize_t>(size));
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  ASSERT_NE(data, MAP_FAILED);
  close(file);
  const std::shared_ptr<const void> owner(data, UnmapFile{size});
  // From the middle of the first page to the end of the last.
  const TensorSpec spec = {DType::kUInt8, {static_cast<int64_t>(size - page / 2)}};
  const auto* begin = static_cast<const uint8_t*>(data) + page / 2;
  const Tensor tensor = Tensor::Wrap(spec, std::shared_ptr<const void>(owner, begin), begin);
  const auto sum = [&] {
    size_t total = *static_cast<const uint8_t*>(data);
    for (const uint8_t byte : tensor.bytes()) total += byte;
    return total;
  };
  const size_t want = 7 + 7 * (size - page / 2);
  EXPECT_EQ(sum(), want);
  EXPECT_EQ(ResidentPages(data, size), kPages);
  DropFilePages(tensor);
  EXPECT_EQ(ResidentPages(data, size), 1u) << "the first page is not the tensor's alone";
  EXPECT_EQ(sum(), want);
}

TEST(FilePages, LeaveMemoryThatIsNoFilesAlone) {
  const size_t size = size_t{16} << 20;
  Tensor tensor = *Tensor::Allocate({DType::kUInt8, {static_cast<int64_t>(size)}});
  std::memset(tensor.mutable_data(), 3, size);
  DropFilePages(tensor);
  for (const uint8_t byte : tensor.bytes()) ASSERT_EQ(byte, 3);
  DropFilePages(Tensor());
}

}  // namespace
}  // namespace moduled::nn
