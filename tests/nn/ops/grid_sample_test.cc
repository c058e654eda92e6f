// grid_sample and its gradients. Literal values are PyTorch's.
#include "nn/ops/grid_sample.h"

#include <limits>

#include "nn/ops/grid_sample_backward.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::Each;
using testing::HasSubstr;

struct Case {
  GridSampling sampling;
  std::vector<double> want;
};

TEST(GridSample, SamplesAnImageAsTorchDoes) {
  const Tensor x = Tensor::Of<double>({1, 1, 2, 3}, {1, -2, 4, 0.5, 3, -1});
  // Points inside, on a corner, beside the image and far outside.
  const Tensor grid = Tensor::Of<double>({1, 5, 1, 2}, {0.3, -0.2, 1, 1, -1.3, 0.4, 2.7, -3.1, -0.9, -0.9});
  const Case cases[] = {
      {{GridMode::kLinear, GridPadding::kZeros, false},
       {0.8500000000000008, -0.25, 0.027499999999999965, 0.0, 0.38999999999999996}},
      {{GridMode::kLinear, GridPadding::kZeros, true}, {0.6, -1.0, 0.45499999999999996, 0.0, 0.7025}},
      {{GridMode::kLinear, GridPadding::kBorder, false}, {0.8500000000000008, -1.0, 0.55, 4.0, 1.0}},
      {{GridMode::kLinear, GridPadding::kBorder, true}, {0.6, -1.0, 0.65, 4.0, 0.7025}},
      {{GridMode::kLinear, GridPadding::kReflection, false}, {0.8500000000000008, -1.0, 0.55, 0.5, 1.0}},
      {{GridMode::kLinear, GridPadding::kReflection, true}, {0.6, -1.0, 0.905, 1.1924999999999994, 0.7025}},
      {{GridMode::kNearest, GridPadding::kZeros, false}, {-2.0, 0.0, 0.0, 0.0, 1.0}},
      {{GridMode::kNearest, GridPadding::kZeros, true}, {-2.0, -1.0, 0.5, 0.0, 1.0}},
      {{GridMode::kNearest, GridPadding::kBorder, false}, {-2.0, -1.0, 0.5, 4.0, 1.0}},
      {{GridMode::kNearest, GridPadding::kBorder, true}, {-2.0, -1.0, 0.5, 4.0, 1.0}},
      {{GridMode::kNearest, GridPadding::kReflection, false}, {-2.0, -1.0, 0.5, 0.5, 1.0}},
      {{GridMode::kNearest, GridPadding::kReflection, true}, {-2.0, -1.0, 0.5, 0.5, 1.0}},
      {{GridMode::kCubic, GridPadding::kZeros, false},
       {1.0297527929687502, -0.759765625, 0.01884330078124603, 0.0, 0.7137658125000003}},
      {{GridMode::kCubic, GridPadding::kZeros, true},
       {0.6349125000000004, -1.0, 0.41368578124999966, 0.006396468750000113, 0.8013446679687544}},
      {{GridMode::kCubic, GridPadding::kBorder, false},
       {0.6700197343750025, -1.931640625, 0.5373502187499974, 3.999999999999999, 1.4525970625000004}},
      {{GridMode::kCubic, GridPadding::kBorder, true},
       {0.4360035000000021, -1.0, 0.5330536250000014, 4.000000000000001, 0.7142272812500048}},
      {{GridMode::kCubic, GridPadding::kReflection, false},
       {0.6700197343750025, -3.0390625, 0.4680043749999977, 0.2856687499999982, 1.7707937500000008}},
      {{GridMode::kCubic, GridPadding::kReflection, true},
       {0.45179400000000003, -1.0, 0.9163400000000006, 1.104345468750002, 0.8934617187500052}},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(&each - cases);
    ExpectClose(RunOne<GridSampleOp>(each.sampling, {x, grid}), each.want, 1e-12);
  }
}

TEST(GridSample, HasTheGradientsOfImageAndGrid) {
  Random random;
  const Tensor image = random.ATensor<double>({2, 2, 4, 5}), volume = random.ATensor<double>({1, 2, 3, 4, 2});
  // Points at which no way of sampling has a kink.
  const Tensor points = Tensor::Of<double>({2, 2, 1, 2}, {0.31, -0.22, 1.43, 0.87, -1.36, 0.41, 0.07, -0.93});
  const Tensor in_space = Tensor::Of<double>({1, 2, 1, 1, 3}, {0.31, -0.22, 0.57, 1.43, 0.87, -1.23});
  for (const bool align_corners : {false, true}) {
    for (const GridPadding padding : {GridPadding::kZeros, GridPadding::kBorder, GridPadding::kReflection}) {
      for (const GridMode mode : {GridMode::kLinear, GridMode::kCubic, GridMode::kNearest}) {
        ExpectGradient<GridSampleOp>({mode, padding, align_corners}, {image, points});
      }
      ExpectGradient<GridSampleOp>({GridMode::kLinear, padding, align_corners}, {volume, in_space});
    }
  }
}

TEST(GridSample, FindsNothingAtPointsThatAreNone) {
  const Tensor x = Tensor::Of<float>({1, 1, 2, 2}, {1, 2, 3, 4});
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(), kMost = std::numeric_limits<float>::max();
  const Tensor grid =
      Tensor::Of<float>({1, 3, 1, 2}, {kNaN, 0, -kMost, kMost, 0, std::numeric_limits<float>::infinity()});
  for (const GridMode mode : {GridMode::kLinear, GridMode::kNearest, GridMode::kCubic}) {
    EXPECT_THAT(RunOne<GridSampleOp>({mode, GridPadding::kZeros, true}, {x, grid}).elements<float>(), Each(0));
    for (const GridPadding padding : {GridPadding::kBorder, GridPadding::kReflection}) {
      RunOne<GridSampleOp>({mode, padding, false}, {x, grid});  // Whatever it finds, it looks in the image.
    }
  }
}

TEST(GridSample, TakesEmptyBatchesAndGrids) {
  EXPECT_EQ(
      RunOne<GridSampleOp>({}, {Tensor::Of<float>({0, 3, 2, 2}, {}), Tensor::Of<float>({0, 4, 5, 2}, {})}).shape(),
      (Shape{0, 3, 4, 5}));
  EXPECT_EQ(
      RunOne<GridSampleOp>({}, {*Tensor::Zeros({DType::kFloat32, {1, 3, 2, 2}}), Tensor::Of<float>({1, 0, 5, 2}, {})})
          .shape(),
      (Shape{1, 3, 0, 5}));
}

TEST(GridSample, RefusesInTorchsWords) {
  const auto of = [](const GridSampling& sampling, const TensorSpec& x, const TensorSpec& grid) {
    return Refusal<GridSampleOp>(sampling, {x, grid});
  };
  const TensorSpec x = {DType::kFloat32, {2, 3, 4, 5}}, grid = {DType::kFloat32, {2, 6, 7, 2}};
  EXPECT_EQ(of({}, x, {DType::kFloat64, {2, 6, 7, 2}}), "expected scalar type Float but found Double");
  EXPECT_EQ(
      of({}, x, {DType::kFloat32, {1, 6, 7, 2}}),
      "grid_sampler(): expected grid and input to have same batch size, but got input with sizes [2, 3, 4, 5] and "
      "grid with sizes [1, 6, 7, 2]");
  EXPECT_EQ(of({}, x, {DType::kFloat32, {2, 6, 7, 3}}),
            "grid_sampler(): expected grid to have size 2 in last dimension, but got grid with sizes [2, 6, 7, 3]");
  EXPECT_EQ(
      of({}, {DType::kFloat32, {2, 3, 0, 5}}, grid),
      "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes [2, 3, 0, 5] with "
      "dimension 2 being empty");
  EXPECT_EQ(of({.mode = GridMode::kCubic}, {DType::kFloat32, {1, 1, 2, 2, 2}}, {DType::kFloat32, {1, 1, 1, 1, 3}}),
            "grid_sampler(): bicubic interpolation only supports 4D input");
  EXPECT_THAT(of({}, {DType::kFloat32, {2, 3, 4}}, grid), HasSubstr("expected 4D or 5D input"));
}

}  // namespace
}  // namespace moduled::nn
