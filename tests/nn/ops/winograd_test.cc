#include "nn/ops/winograd/winograd.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn::winograd {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
// Behind what a function may write.
constexpr float kGuard = -123.25f;

#define SKIP_WITHOUT_AVX512() \
  if (!Supports({1, 1, 1, 1, 1, 1, 1})) GTEST_SKIP() << "this processor has no AVX-512"

// Every padding is on both sides.
Problem Same(int64_t batch, int64_t channels, int64_t height, int64_t width, int64_t out_channels, int64_t padding) {
  return {.batch = batch,
          .in_height = height,
          .in_width = width,
          .in_channels = channels,
          .out_channels = out_channels,
          .out_height = height + 2 * padding - 2,
          .out_width = width + 2 * padding - 2,
          .pad_top = padding,
          .pad_left = padding};
}

struct Operands {
  Operands(const Problem& problem, Random& random)
      : x(Values(problem.batch * problem.in_height * problem.in_width * problem.in_channels, random)),
        weight(Values(problem.out_channels * problem.in_channels * 9, random)),
        bias(Values(problem.out_channels, random)),
        residual(Values(problem.batch * problem.out_height * problem.out_width * problem.out_channels, random)) {}

  static std::vector<float> Values(int64_t count, Random& random) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(random.Real(-1, 1));
    return values;
  }

  std::vector<float> x, weight, bias, residual;
};

// The sum at one output, by the definition.
double SumAt(const Problem& problem, const Operands& operands, int64_t image, int64_t row, int64_t column, int64_t o) {
  double sum = 0;
  for (int64_t i = 0; i < 3; ++i) {
    for (int64_t j = 0; j < 3; ++j) {
      const int64_t y = row + i - problem.pad_top, x = column + j - problem.pad_left;
      if (y < 0 || y >= problem.in_height || x < 0 || x >= problem.in_width) continue;
      const int64_t pixel = (image * problem.in_height + y) * problem.in_width + x;
      for (int64_t c = 0; c < problem.in_channels; ++c) {
        sum += static_cast<double>(operands.x[pixel * problem.in_channels + c]) *
               operands.weight[(o * problem.in_channels + c) * 9 + i * 3 + j];
      }
    }
  }
  return sum;
}

std::vector<double> Expected(const Problem& problem, const Operands& operands) {
  std::vector<double> y;
  for (int64_t image = 0; image < problem.batch; ++image) {
    for (int64_t row = 0; row < problem.out_height; ++row) {
      for (int64_t column = 0; column < problem.out_width; ++column) {
        for (int64_t o = 0; o < problem.out_channels; ++o) {
          double sum = SumAt(problem, operands, image, row, column, o);
          if (problem.bias) sum += operands.bias[o];
          if (problem.residual) sum += operands.residual[y.size()];
          if (problem.activation == Activation::kClamp) {
            sum = std::min<double>(std::max<double>(sum, problem.low), problem.high);
          }
          y.push_back(sum);
        }
      }
    }
  }
  return y;
}

// Memory aligned as Run asks for, and a guard behind it.
class Guarded {
 public:
  explicit Guarded(size_t bytes) : size_(bytes / sizeof(float)) {
    tensor_ = *Tensor::Allocate({DType::kFloat32, {static_cast<int64_t>(size_) + 16}});
    std::fill_n(data(), size_ + 16, kGuard);
  }
  float* data() { return static_cast<float*>(tensor_.mutable_data()); }
  void ExpectIntact() {
    for (size_t i = 0; i < 16; ++i) ASSERT_EQ(data()[size_ + i], kGuard);
  }

 private:
  size_t size_;
  Tensor tensor_;
};

// With the residual in y, if there is one.
std::vector<float> Computed(const Problem& problem, const Operands& operands) {
  Guarded packed(PackedBytes(problem)), scratch(ScratchBytes(problem)), y(operands.residual.size() * sizeof(float));
  PackWeights(problem, operands.weight.data(), packed.data());
  std::copy(operands.residual.begin(), operands.residual.end(), y.data());
  Run(problem, operands.x.data(), packed.data(), operands.bias.data(), y.data(), y.data(), scratch.data());
  packed.ExpectIntact();
  scratch.ExpectIntact();
  y.ExpectIntact();
  return {y.data(), y.data() + operands.residual.size()};
}

std::string ToString(const Problem& p) {
  return absl::StrCat("F", p.tile, " x [", p.batch, ", ", p.in_height, ", ", p.in_width, ", ", p.in_channels, "] -> [",
                      p.out_height, ", ", p.out_width, ", ", p.out_channels, "], padding ", p.pad_top, ", ", p.pad_left,
                      ", ", p.threads, " threads");
}

// Relative to what the terms of a sum amount to.
double Tolerance(const Problem& problem) {
  return (problem.tile == 2 ? 2e-6 : 8e-6) * std::sqrt(static_cast<double>(problem.in_channels) * 9);
}

void ExpectFollowsTheDefinition(Problem problem, Random& random) {
  const Operands operands(problem, random);
  const std::vector<double> expected = Expected(problem, operands);
  using Algorithm = std::pair<int, WeightForm>;
  for (const auto& [tile, form] : {Algorithm{2, WeightForm::kTransformed}, Algorithm{4, WeightForm::kTransformed},
                                   Algorithm{4, WeightForm::kWindows}}) {
    for (const int threads : {1, 2}) {
      problem.tile = tile;
      problem.form = form;
      problem.threads = threads;
      SCOPED_TRACE(ToString(problem));
      ASSERT_TRUE(Supports(problem));
      const std::vector<float> y = Computed(problem, operands);
      for (size_t i = 0; i < y.size(); ++i) ASSERT_NEAR(y[i], expected[i], Tolerance(problem)) << "at " << i;
    }
  }
}

TEST(Winograd, FollowsTheDefinitionForImagesThatTilesDoNotDivide) {
  SKIP_WITHOUT_AVX512();
  Random random;
  for (const int64_t padding : {0, 1, 2}) {
    for (const int64_t extent : {3, 4, 5, 6, 7, 9, 14}) {
      ExpectFollowsTheDefinition(Same(1, 16, extent, extent + 1, 32, padding), random);
    }
  }
  ExpectFollowsTheDefinition(Same(1, 8, 1, 30, 8, 1), random);
}

TEST(Winograd, TakesChannelsThatVectorsDoNotDivide) {
  SKIP_WITHOUT_AVX512();
  Random random;
  for (const int64_t channels : {1, 3, 15, 17, 31, 40}) {
    for (const int64_t out_channels : {1, 9, 24, 63, 65, 100, 129}) {
      ExpectFollowsTheDefinition(Same(1, channels, 6, 7, out_channels, 1), random);
    }
  }
}

TEST(Winograd, ComputesEveryImageOfABatch) {
  SKIP_WITHOUT_AVX512();
  Random random;
  ExpectFollowsTheDefinition(Same(2, 24, 7, 5, 20, 1), random);
  ExpectFollowsTheDefinition(Same(5, 16, 3, 3, 16, 1), random);
}

// 28 x 28 and 14 x 14 take several blocks of tiles, 7 x 7 shares its tiles between threads.
TEST(Winograd, ComputesEveryBlockOfTiles) {
  SKIP_WITHOUT_AVX512();
  Random random;
  ExpectFollowsTheDefinition(Same(1, 32, 28, 28, 80, 1), random);
  ExpectFollowsTheDefinition(Same(3, 256, 14, 14, 72, 1), random);
  ExpectFollowsTheDefinition(Same(1, 512, 7, 7, 136, 1), random);
}

TEST(Winograd, TakesPaddingThatDiffersBetweenSides) {
  SKIP_WITHOUT_AVX512();
  Random random;
  Problem problem = Same(1, 16, 8, 8, 16, 0);
  problem.pad_top = 2;
  problem.pad_left = 0;
  problem.out_height = 7;
  problem.out_width = 9;
  ExpectFollowsTheDefinition(problem, random);
}

TEST(Winograd, AddsBiasAndResidualAndClamps) {
  SKIP_WITHOUT_AVX512();
  Random random;
  for (const int64_t out_channels : {16, 37}) {
    for (const bool bias : {false, true}) {
      for (const bool residual : {false, true}) {
        Problem problem = Same(2, 20, 9, 6, out_channels, 1);
        problem.bias = bias;
        problem.residual = residual;
        ExpectFollowsTheDefinition(problem, random);
        problem.activation = Activation::kClamp;
        problem.low = 0;
        problem.high = kInfinity;
        ExpectFollowsTheDefinition(problem, random);
        problem.low = -0.25;
        problem.high = 1.5;
        ExpectFollowsTheDefinition(problem, random);
      }
    }
  }
}

TEST(Winograd, PassesNaNThroughTheActivation) {
  SKIP_WITHOUT_AVX512();
  Random random;
  Problem problem = Same(1, 16, 4, 4, 16, 1);
  problem.activation = Activation::kClamp;
  problem.low = 0;
  Operands operands(problem, random);
  std::fill(operands.x.begin(), operands.x.end(), std::numeric_limits<float>::quiet_NaN());
  for (const float y : Computed(problem, operands)) EXPECT_TRUE(std::isnan(y));
}

TEST(Winograd, ComputesTheSameBytesWithAnyNumberOfThreads) {
  SKIP_WITHOUT_AVX512();
  Random random;
  for (Problem problem : {Same(1, 64, 20, 20, 64, 1), Same(1, 96, 7, 7, 192, 1)}) {
    const Operands operands(problem, random);
    for (const WeightForm form : {WeightForm::kTransformed, WeightForm::kWindows}) {
      problem.form = form;
      problem.threads = 1;
      const std::vector<float> y = Computed(problem, operands);
      for (const int threads : {2, 3, 7}) {
        problem.threads = threads;
        EXPECT_EQ(Computed(problem, operands), y) << ToString(problem);
      }
    }
  }
}

TEST(Winograd, RefusesWhatItCannotCount) {
  SKIP_WITHOUT_AVX512();
  const Problem fine = Same(1, 16, 8, 8, 16, 1);
  EXPECT_TRUE(Supports(fine));
  for (const int tile : {0, 1, 3, 5, 6}) {
    Problem problem = fine;
    problem.tile = tile;
    EXPECT_FALSE(Supports(problem)) << tile;
  }
  for (int64_t Problem::*size : {&Problem::batch, &Problem::in_height, &Problem::in_width, &Problem::in_channels,
                                 &Problem::out_channels, &Problem::out_height, &Problem::out_width}) {
    for (const int64_t value : {int64_t{-1}, int64_t{0}, int64_t{1} << 32, std::numeric_limits<int64_t>::max()}) {
      Problem problem = fine;
      problem.*size = value;
      EXPECT_FALSE(Supports(problem)) << value;
    }
  }
  Problem windows = fine;
  windows.form = WeightForm::kWindows;
  EXPECT_TRUE(Supports(windows));
  windows.tile = 2;
  EXPECT_FALSE(Supports(windows));
  Problem large = fine;
  large.batch = large.in_height = large.in_width = int64_t{1} << 15;
  EXPECT_FALSE(Supports(large));
  Problem padded = fine;
  padded.pad_left = -1;
  EXPECT_FALSE(Supports(padded));
  padded.pad_left = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(Supports(padded));
  Problem threads = fine;
  threads.threads = 0;
  EXPECT_FALSE(Supports(threads));
}

}  // namespace
}  // namespace moduled::nn::winograd
