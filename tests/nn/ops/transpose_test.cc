#include "nn/ops/kernels/transpose.h"

#include <gtest/gtest.h>

#include <vector>

namespace moduled::nn::kernels {
namespace {

constexpr uint32_t kUntouched = 0xa5a5a5a5;

TEST(Transpose, MovesEveryWordAndTouchesNoOther) {
  for (const int64_t rows : {1, 3, 15, 16, 17, 40}) {
    for (const int64_t columns : {1, 2, 16, 31, 49}) {
      const int64_t from_stride = rows + 3, to_stride = columns + 5;
      std::vector<uint32_t> from(columns * from_stride), to(rows * to_stride, kUntouched);
      for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<uint32_t>(i);
      Transpose(from.data(), from_stride, to.data(), to_stride, rows, columns);
      for (int64_t r = 0; r < rows; ++r) {
        for (int64_t i = 0; i < to_stride; ++i) {
          const uint32_t want = i < columns ? static_cast<uint32_t>(i * from_stride + r) : kUntouched;
          ASSERT_EQ(to[r * to_stride + i], want) << rows << "x" << columns << " at " << r << ", " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace moduled::nn::kernels
