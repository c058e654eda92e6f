#include "nn/tensor/memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

namespace moduled::nn {
namespace {

bool IsAligned(const Memory& memory, size_t alignment) {
  return reinterpret_cast<uintptr_t>(memory.get()) % alignment == 0;
}

TEST(Memory, IsAlignedAndItsOwners) {
  for (const size_t bytes : {size_t{0}, size_t{1}, size_t{64}, size_t{4097}, (size_t{4} << 20) + 5}) {
    const Memory memory = AllocateMemory(bytes);
    ASSERT_NE(memory, nullptr) << bytes;
    EXPECT_TRUE(IsAligned(memory, kMemoryAlignment)) << bytes;
    std::memset(memory.get(), 1, bytes);
  }
}

TEST(Memory, BeginsWithAHugePageWhereItIsLarge) {
  const size_t huge_page = size_t{2} << 20;
  EXPECT_TRUE(IsAligned(AllocateMemory(2 * huge_page), huge_page));
  EXPECT_TRUE(IsAligned(AllocateMemory(3 * huge_page + 1), huge_page));
}

TEST(Memory, IsNullForMoreThanThereCanBe) { EXPECT_EQ(AllocateMemory(SIZE_MAX), nullptr); }

}  // namespace
}  // namespace moduled::nn
