#include "nn/ops/tiles/tiles.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/ops/tiles/kernel.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn::tiles {
namespace {

constexpr float kGuard = -123.25f;

#define SKIP_WITHOUT_TILES() \
  if (!Supports({.rows = 1, .columns = 1, .depth = 1})) GTEST_SKIP() << "this processor has no tile registers"

std::vector<float> Values(int64_t count, Random& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.Real(-1, 1));
  return values;
}

struct Numbers {
  Numbers(const Problem& p, Random& random)
      : a(Values(p.rows * p.depth, random)),
        b(Values(p.columns * p.depth, random)),
        bias(Values(p.columns, random)),
        residual(Values(p.rows * p.columns, random)) {}
  std::vector<float> a, b, bias, residual;  // b is [columns, depth].
};

// Memory aligned as Multiply asks for, and a guard behind it.
class Guarded {
 public:
  explicit Guarded(size_t bytes) : size_((bytes + sizeof(float) - 1) / sizeof(float)) {
    tensor_ = *Tensor::Allocate({DType::kFloat32, {static_cast<int64_t>(size_) + 16}});
    std::fill_n(floats(), size_ + 16, kGuard);
  }
  float* floats() { return static_cast<float*>(tensor_.mutable_data()); }
  Bfloat16* halves() { return static_cast<Bfloat16*>(tensor_.mutable_data()); }
  void ExpectIntact() {
    for (size_t i = 0; i < 16; ++i) ASSERT_EQ(floats()[size_ + i], kGuard);
  }

 private:
  size_t size_;
  Tensor tensor_;
};

// With the residual in y.
std::vector<float> Computed(const Problem& p, const Numbers& numbers, const Columns& columns) {
  Guarded packed(PackedBytes(p)), scratch(ScratchBytes(p)), y(numbers.residual.size() * sizeof(float));
  Pack(p, columns, packed.halves());
  std::copy(numbers.residual.begin(), numbers.residual.end(), y.floats());
  const DenseRows rows(numbers.a.data(), p.depth);
  Multiply(p, {.a = &rows,
               .b = packed.halves(),
               .bias = p.bias ? numbers.bias.data() : nullptr,
               .residual = p.residual ? y.floats() : nullptr,
               .y = y.floats(),
               .scratch = scratch.floats()});
  packed.ExpectIntact();
  scratch.ExpectIntact();
  y.ExpectIntact();
  return {y.floats(), y.floats() + numbers.residual.size()};
}

Columns Transposed(const Problem& p, const std::vector<float>& b) {
  return {.data = b.data(), .column_stride = p.depth, .inner = p.depth, .inner_stride = 1};
}

std::string ToString(const Problem& p) {
  return absl::StrCat(p.rows, "x", p.depth, "x", p.columns, p.split ? " split" : "", " threads=", p.threads);
}

// What the parts of the operands lose is relative to the magnitude of the terms.
void ExpectNear(const Problem& p, const Numbers& n, const std::vector<float>& y) {
  const double lost = p.split ? 3 * std::pow(2, -16) : 2.01 * std::pow(2, -8);
  for (int64_t row = 0; row < p.rows; ++row) {
    for (int64_t column = 0; column < p.columns; ++column) {
      double sum = 0, magnitude = 0;
      for (int64_t k = 0; k < p.depth; ++k) {
        const double term = static_cast<double>(n.a[row * p.depth + k]) * n.b[column * p.depth + k];
        sum += term;
        magnitude += std::fabs(term);
      }
      const int64_t at = row * p.columns + column;
      if (p.bias) sum += n.bias[column];
      if (p.residual) sum += n.residual[at];
      if (p.pointwise.kind == Pointwise::Kind::kClamp) sum = std::clamp<double>(sum, p.pointwise.low, p.pointwise.high);
      if (p.pointwise.kind == Pointwise::Kind::kTanh) sum = std::tanh(sum);
      ASSERT_NEAR(y[at], sum, (lost + 1e-6) * magnitude + 1e-6) << "at " << row << ", " << column;
    }
  }
}

void ExpectFollowsTheDefinition(Problem p, Random& random) {
  const Numbers numbers(p, random);
  for (const bool split : {true, false}) {
    for (const int threads : {1, 2, 3}) {
      p.split = split;
      p.threads = threads;
      SCOPED_TRACE(ToString(p));
      ASSERT_TRUE(Supports(p));
      ExpectNear(p, numbers, Computed(p, numbers, Transposed(p, numbers.b)));
    }
  }
}

TEST(Tiles, FollowTheDefinitionForExtentsThatTheyDoNotDivide) {
  SKIP_WITHOUT_TILES();
  Random random;
  for (const int64_t rows : {1, 5, 16, 17, 32, 33, 48, 49}) {
    for (const int64_t columns : {1, 15, 16, 31, 32, 33, 65}) {
      for (const int64_t depth : {1, 31, 32, 33, 100}) {
        ExpectFollowsTheDefinition({.rows = rows, .columns = columns, .depth = depth}, random);
      }
    }
  }
}

// A depth of several chunks: with a b that stays in the cache, and with one that does not, for few rows and many.
TEST(Tiles, GoOnWithTheSumsOfTheChunkBefore) {
  SKIP_WITHOUT_TILES();
  Random random;
  ExpectFollowsTheDefinition({.rows = 70, .columns = 40, .depth = 600, .bias = true}, random);
  ExpectFollowsTheDefinition({.rows = 40, .columns = 70, .depth = 2100, .residual = true}, random);
  ExpectFollowsTheDefinition({.rows = 9, .columns = 130, .depth = 2100, .bias = true}, random);
  ExpectFollowsTheDefinition({.rows = 300, .columns = 150, .depth = 1100, .bias = true}, random);
}

TEST(Tiles, AddBiasAndResidualAndApplyFunctions) {
  SKIP_WITHOUT_TILES();
  Random random;
  for (const bool bias : {false, true}) {
    for (const bool residual : {false, true}) {
      for (const Pointwise& pointwise : {Pointwise::Relu(), Pointwise{Pointwise::Kind::kClamp, -0.5f, 0.25f},
                                         Pointwise{.kind = Pointwise::Kind::kTanh}}) {
        ExpectFollowsTheDefinition(
            {.rows = 37, .columns = 70, .depth = 40, .bias = bias, .residual = residual, .pointwise = pointwise},
            random);
      }
    }
  }
}

TEST(Tiles, ReadColumnsFromWhereTheyAre) {
  SKIP_WITHOUT_TILES();
  Random random;
  const Problem p = {.rows = 20, .columns = 33, .depth = 6 * 9};
  const Numbers numbers(p, random);
  // [depth, columns], and [columns, 9, 6], of which the depth is 6 by 9.
  std::vector<float> rows(numbers.b.size()), taps(numbers.b.size());
  for (int64_t column = 0; column < p.columns; ++column) {
    for (int64_t k = 0; k < p.depth; ++k) {
      const float x = numbers.b[column * p.depth + k];
      rows[k * p.columns + column] = x;
      taps[column * p.depth + k % 9 * 6 + k / 9] = x;
    }
  }
  ExpectNear(
      p, numbers,
      Computed(p, numbers, {.data = rows.data(), .column_stride = 1, .inner = p.depth, .inner_stride = p.columns}));
  ExpectNear(
      p, numbers,
      Computed(p, numbers,
               {.data = taps.data(), .column_stride = p.depth, .inner = 9, .inner_stride = 6, .outer_stride = 1}));
}

TEST(Tiles, KeepNaNsInTheirRowsAndTheZerosOfAClamp) {
  SKIP_WITHOUT_TILES();
  Random random;
  Problem p = {.rows = 34, .columns = 20, .depth = 50, .pointwise = Pointwise::Relu()};
  Numbers numbers(p, random);
  numbers.a[33 * p.depth + 7] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> y = Computed(p, numbers, Transposed(p, numbers.b));
  for (int64_t row = 0; row < p.rows; ++row) {
    for (int64_t column = 0; column < p.columns; ++column) {
      const float x = y[row * p.columns + column];
      EXPECT_EQ(std::isnan(x), row == 33) << row << ", " << column;
      EXPECT_TRUE(row == 33 || x >= 0) << row << ", " << column;
    }
  }
}

TEST(Tiles, MultiplyWhatBfloat16HoldsExactly) {
  SKIP_WITHOUT_TILES();
  Random random;
  const Problem p = {.rows = 33, .columns = 35, .depth = 64};
  Numbers numbers(p, random);
  for (float& x : numbers.a) x = std::round(x * 15);
  for (float& x : numbers.b) x = std::round(x * 15);
  const std::vector<float> y = Computed(p, numbers, Transposed(p, numbers.b));
  for (int64_t at = 0; at < p.rows * p.columns; ++at) {
    float sum = 0;
    for (int64_t k = 0; k < p.depth; ++k) {
      sum += numbers.a[at / p.columns * p.depth + k] * numbers.b[at % p.columns * p.depth + k];
    }
    ASSERT_EQ(y[at], sum) << "at " << at;
  }
}

TEST(Tiles, RefuseExtentsThatCannotBeCounted) {
  EXPECT_FALSE(Supports({.rows = 0, .columns = 1, .depth = 1}));
  EXPECT_FALSE(Supports({.rows = 1, .columns = 1, .depth = int64_t{1} << 40}));
  EXPECT_FALSE(Supports({.rows = int64_t{1} << 30, .columns = int64_t{1} << 30, .depth = 1}));
}

}  // namespace
}  // namespace moduled::nn::tiles
