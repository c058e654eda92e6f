#include "nn/ops/window_axis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace moduled::nn {
namespace {

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

TEST(WindowAxis, KnowsWhichOutputsFindATapInTheInput) {
  for (int64_t in : {1, 2, 5}) {
    for (int64_t stride : {1, 2, 3}) {
      for (int64_t dilation : {1, 2}) {
        const WindowAxis axis = {in, 6, 4, stride, dilation, 3, 9};
        for (int64_t tap = 0; tap < axis.kernel; ++tap) {
          const WindowAxis::Range range = axis.OutputsOf(tap);
          for (int64_t o = 0; o < axis.out; ++o) {
            EXPECT_EQ(o >= range.begin && o < range.end, axis.Contains(axis.Position(o, tap)))
                << "output " << o << ", tap " << tap << ", input " << in << ", stride " << stride;
          }
        }
      }
    }
  }
}

TEST(WindowAxis, KnowsWhichTapsAnOutputFindsInTheInput) {
  for (int64_t in : {1, 2, 5}) {
    for (int64_t dilation : {1, 2, 7}) {
      const WindowAxis axis = {in, 6, 4, 2, dilation, 3, 9};
      for (int64_t o = 0; o < axis.out; ++o) {
        const WindowAxis::Range range = axis.TapsOf(o);
        for (int64_t tap = 0; tap < axis.kernel; ++tap) {
          EXPECT_EQ(tap >= range.begin && tap < range.end, axis.Contains(axis.Position(o, tap)))
              << "output " << o << ", tap " << tap << ", input " << in << ", dilation " << dilation;
        }
      }
    }
  }
}

TEST(WindowAxis, CountsWindowsRoundedDownAndUp) {
  const auto count = [](WindowAxis axis, WindowRounding rounding) { return *CountWindows(axis, rounding); };
  const WindowAxis even = {.in = 6, .kernel = 2, .stride = 2};
  EXPECT_EQ(count(even, WindowRounding::kDown), 3);
  EXPECT_EQ(count(even, WindowRounding::kUp), 3);
  const WindowAxis odd = {.in = 7, .kernel = 2, .stride = 2};
  EXPECT_EQ(count(odd, WindowRounding::kDown), 3);
  EXPECT_EQ(count(odd, WindowRounding::kUp), 4);
  const WindowAxis small = {.in = 1, .kernel = 4, .stride = 2};
  EXPECT_LT(count(small, WindowRounding::kDown), 1);
}

TEST(WindowAxis, RefusesPositionsThatDoNotFit) {
  for (auto member : {&WindowAxis::kernel, &WindowAxis::stride, &WindowAxis::dilation, &WindowAxis::padding_begin,
                      &WindowAxis::padding_end}) {
    WindowAxis axis = {.in = 5, .kernel = 3, .stride = 2};
    axis.*member = kHuge;
    EXPECT_TRUE(absl::IsInvalidArgument(CountWindows(axis, WindowRounding::kDown).status()));
  }
}

}  // namespace
}  // namespace moduled::nn
