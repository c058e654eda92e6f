#include "nn/plan/memory_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "nn/tensor/tensor.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

bool Overlap(const BufferLifetime& a, size_t a_offset, const BufferLifetime& b, size_t b_offset) {
  const bool in_time = a.first <= b.last && b.first <= a.last;
  const bool in_space = a_offset < b_offset + b.bytes && b_offset < a_offset + a.bytes;
  return in_time && in_space;
}

TEST(MemoryPlanner, GivesBuffersThatNeverLiveTogetherTheSamePlace) {
  const MemoryLayout layout = *PlanMemory({{100, 0, 1}, {100, 2, 3}});
  EXPECT_THAT(layout.offsets, ElementsAre(0, 0));
  EXPECT_EQ(layout.arena_bytes, 128);
}

TEST(MemoryPlanner, KeepsApartWhatAStepReadsAndWrites) {
  const MemoryLayout layout = *PlanMemory({{64, 0, 1}, {64, 1, 2}});
  EXPECT_NE(layout.offsets[0], layout.offsets[1]);
}

TEST(MemoryPlanner, FillsAGapBetweenTwoBuffers) {
  // The two large ones live throughout and stand side by side; a chain of small ones shares what is above them.
  const MemoryLayout layout = *PlanMemory({{256, 0, 9}, {128, 0, 2}, {64, 3, 4}, {64, 4, 5}, {64, 6, 9}});
  EXPECT_EQ(layout.arena_bytes, 256 + 128);
}

TEST(MemoryPlanner, NeedsNothingForNothing) { EXPECT_EQ(PlanMemory({})->arena_bytes, 0); }

TEST(MemoryPlanner, RefusesSizesBeyondTheAddressSpace) {
  EXPECT_EQ(PlanMemory({{SIZE_MAX / 2, 0, 0}}).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(PlanMemory({{SIZE_MAX / 4, 0, 0}, {SIZE_MAX / 4, 0, 0}, {SIZE_MAX / 4, 0, 0}}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(MemoryPlanner, NeverLetsTwoLivingBuffersOverlap) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 50; ++round) {
    std::vector<BufferLifetime> buffers;
    size_t peak = 0;
    for (int b = 0; b < 60; ++b) {
      const size_t first = random() % 40;
      buffers.push_back({random() % 5000, first, first + random() % 6});
    }
    const MemoryLayout layout = *PlanMemory(buffers);
    for (size_t a = 0; a < buffers.size(); ++a) {
      EXPECT_EQ(layout.offsets[a] % Tensor::kAlignment, 0);
      EXPECT_LE(layout.offsets[a] + buffers[a].bytes, layout.arena_bytes);
      peak += buffers[a].bytes + Tensor::kAlignment;
      for (size_t b = 0; b < a; ++b) {
        ASSERT_FALSE(Overlap(buffers[a], layout.offsets[a], buffers[b], layout.offsets[b])) << a << " and " << b;
      }
    }
    EXPECT_LT(layout.arena_bytes, peak) << "nothing was reused";
  }
}

}  // namespace
}  // namespace moduled::nn
