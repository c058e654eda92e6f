// interpolate and its gradient. Literal values are PyTorch's.
#include "nn/ops/interpolate.h"

#include <limits>

#include "nn/ops/interpolate_backward.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Case {
  InterpolateOp::Attrs attrs;
  std::vector<double> want;
};

const std::vector<Case>& CasesOfOneAxis() {
  static const auto& cases = *new std::vector<Case>{
      {{Interpolation::kNearest, false, false, {8}, {}}, {1.0, 1.0, -2.0, -2.0, 4.0, 0.5, 0.5, 3.0}},
      {{Interpolation::kNearest, false, false, {3}, {}}, {1.0, -2.0, 0.5}},
      {{Interpolation::kNearest, false, false, {6}, {1 / 1.3}}, {1.0, 1.0, -2.0, 4.0, 0.5, 0.5}},
      {{Interpolation::kNearestExact, false, false, {8}, {}}, {1.0, 1.0, -2.0, 4.0, 4.0, 0.5, 3.0, 3.0}},
      {{Interpolation::kNearestExact, false, false, {3}, {}}, {1.0, 4.0, 3.0}},
      {{Interpolation::kLinear, false, false, {8}, {}}, {1.0, -0.3125, -1.625, 2.125, 2.90625, 0.71875, 1.90625, 3.0}},
      {{Interpolation::kLinear, false, false, {3}, {}}, {-1.1102230246251565e-16, 4.0, 2.1666666666666674}},
      {{Interpolation::kLinear, true, false, {8}, {}},
       {1.0, -0.7142857142857142, -1.1428571428571432, 2.285714285714285, 3.0000000000000004, 1.0000000000000013,
        1.571428571428571, 3.0}},
      {{Interpolation::kLinear, true, false, {1}, {}}, {1.0}},
      {{Interpolation::kLinear, false, false, {6}, {1 / 1.3}},
       {1.0, -0.9615384615384612, 0.5384615384615374, 3.3269230769230775, 0.6346153846153857, 2.3269230769230758}},
      {{Interpolation::kLinear, false, false, {5}, {}}, {1.0, -2.0, 4.0, 0.5, 3.0}},
      {{Interpolation::kCubic, false, false, {8}, {}},
       {1.27850341796875, -0.77392578125, -1.815887451171875, 2.482513427734375, 3.515533447265625, 0.587371826171875,
        1.642852783203125, 3.232086181640625}},
      {{Interpolation::kCubic, false, false, {3}, {}}, {-0.277777777777779, 4.0, 2.0185185185185217}},
      {{Interpolation::kCubic, true, false, {8}, {}},
       {1.0, -1.3702623906705536, -1.4642857142857142, 2.668367346938775, 3.6231778425656005, 0.8053935860058294,
        1.1822157434402332, 3.0}},
      {{Interpolation::kCubic, false, false, {8}, {1 / 1.7}},
       {1.2921267555465081, -0.5117163647465907, -2.056597292896396, 1.5133733207816003, 4.0096205220842664,
        1.3098316965194412, 0.8719118919193982, 2.8021861642580914}},
      {{Interpolation::kLinear, false, true, {3}, {}}, {-0.2857142857142855, 1.8888888888888888, 1.928571428571429}},
      {{Interpolation::kLinear, false, true, {8}, {}}, {1.0, -0.3125, -1.625, 2.125, 2.90625, 0.71875, 1.90625, 3.0}},
      {{Interpolation::kLinear, true, true, {2}, {}}, {1.1296296296296295, 2.2777777777777777}},
      {{Interpolation::kCubic, false, true, {3}, {}}, {-0.32307692307692276, 1.8069767441860463, 2.038461538461539}},
      {{Interpolation::kCubic, false, true, {8}, {}},
       {1.2158671586715868, -0.48647105833999316, -1.85479736328125, 2.52447509765625, 3.40643310546875,
        0.57135009765625, 1.8367964379495378, 3.179889298892989}},
  };
  return cases;
}

TEST(Interpolate, ResizesAnAxisAsTorchDoes) {
  const Tensor x = Tensor::Of<double>({1, 1, 5}, {1, -2, 4, 0.5, 3});
  for (const Case& each : CasesOfOneAxis()) {
    SCOPED_TRACE(&each - CasesOfOneAxis().data());
    ExpectClose(RunOne<InterpolateOp>(each.attrs, {x}), each.want, 1e-12);
    const Tensor narrow = Tensor::Of<float>({1, 1, 5}, {1, -2, 4, 0.5, 3});
    ExpectClose(RunOne<InterpolateOp>(each.attrs, {narrow}), each.want, 1e-5);
  }
}

TEST(Interpolate, ResizesEachAxisForItself) {
  Random random;
  for (const Interpolation mode :
       {Interpolation::kNearest, Interpolation::kNearestExact, Interpolation::kLinear, Interpolation::kCubic}) {
    for (int run = 0; run < 10; ++run) {
      const Shape shape = random.AShape(5, 1, 4);
      const Tensor x = random.ATensor<double>(shape);
      const std::vector<int64_t> size = {random.Int(1, 6), random.Int(1, 6), random.Int(1, 6)};
      const Tensor all = RunOne<InterpolateOp>({.mode = mode, .output_size = size}, {x});
      Tensor one_by_one = x;
      for (size_t axis : {2, 0, 1}) {
        std::vector<int64_t> step(one_by_one.shape().begin() + 2, one_by_one.shape().end());
        step[axis] = size[axis];
        one_by_one = RunOne<InterpolateOp>({.mode = mode, .output_size = step}, {one_by_one});
      }
      ExpectClose(all, Doubles(one_by_one), 1e-12);
    }
  }
}

TEST(Interpolate, PicksNeighboursOfBytes) {
  const Tensor x = Tensor::Of<uint8_t>({1, 1, 1, 3}, {7, 200, 3});
  EXPECT_THAT(RunOne<InterpolateOp>({.output_size = {2, 2}}, {x}).elements<uint8_t>(), ElementsAre(7, 200, 7, 200));
}

TEST(Interpolate, TakesBatchesWithoutElements) {
  const Tensor x = Tensor::Of<float>({0, 3, 4}, {});
  EXPECT_EQ(RunOne<InterpolateOp>({.mode = Interpolation::kLinear, .output_size = {7}}, {x}).shape(), (Shape{0, 3, 7}));
}

TEST(Interpolate, HasTheGradientOfEachMode) {
  Random random;
  const Tensor x = random.ATensor<double>({2, 2, 5, 3});
  for (const Interpolation mode :
       {Interpolation::kNearest, Interpolation::kNearestExact, Interpolation::kLinear, Interpolation::kCubic}) {
    for (const bool align_corners : {false, true}) {
      ExpectGradient<InterpolateOp>({.mode = mode, .align_corners = align_corners, .output_size = {4, 7}}, {x});
    }
    ExpectGradient<InterpolateOp>({.mode = mode, .output_size = {8, 2}, .scale = {0.6, 1.3}}, {x});
  }
  for (const Interpolation mode : {Interpolation::kLinear, Interpolation::kCubic}) {
    ExpectGradient<InterpolateOp>({.mode = mode, .antialias = true, .output_size = {2, 5}}, {x});
  }
}

TEST(Interpolate, HasTheGradientOfOneAndThreeAxes) {
  Random random;
  ExpectGradient<InterpolateOp>({.mode = Interpolation::kLinear, .output_size = {5}},
                                {random.ATensor<double>({1, 2, 3})});
  ExpectGradient<InterpolateOp>({.mode = Interpolation::kLinear, .output_size = {3, 1, 5}},
                                {random.ATensor<double>({1, 2, 2, 3, 4})});
}

TEST(Interpolate, RefusesInTorchsWords) {
  const auto of = [](const InterpolateOp::Attrs& attrs, const Shape& x, DType dtype = DType::kFloat32) {
    return Refusal<InterpolateOp>(attrs, {{dtype, x}});
  };
  EXPECT_EQ(of({.output_size = {0, 3}}, {1, 2, 4, 4}),
            "Input and output sizes should be greater than 0, but got input (H: 4, W: 4) output (H: 0, W: 3)");
  EXPECT_EQ(of({.output_size = {3, 3}}, {2, 0, 4, 4}),
            "Non-empty 4D data tensor expected but got a tensor with sizes [2, 0, 4, 4]");
  EXPECT_EQ(of({.output_size = {3}}, {1, 2, 4}, DType::kInt64),
            "\"compute_indices_weights_nearest\" not implemented for 'Long'");
  EXPECT_EQ(of({.mode = Interpolation::kLinear, .output_size = {3}}, {1, 2, 4}, DType::kUInt8),
            "\"compute_indices_weights_linear\" not implemented for 'Byte'");
  EXPECT_EQ(of({.antialias = true, .output_size = {3}}, {1, 2, 4}),
            "Anti-alias option is only supported for bilinear and bicubic modes");
  EXPECT_THAT(of({.output_size = {3, 3}}, {1, 2, 4}), HasSubstr("wrong number of axes"));
  EXPECT_THAT(of({.output_size = {int64_t{1} << 25}}, {1, 2, 4}), HasSubstr("axis 2 is too long"));
  EXPECT_THAT(of({.output_size = {1 << 24, 1 << 24, 1 << 24}}, {1, 2, 4, 4, 4}), HasSubstr("too many"));
}

TEST(InterpolateBackward, RefusesGradientsOfOtherShapes) {
  const InterpolateBackwardOp::Attrs attrs = {{.output_size = {3}}, {1, 1, 5}};
  EXPECT_THAT(Refusal<InterpolateBackwardOp>(attrs, {{DType::kFloat64, {1, 1, 4}}}),
              HasSubstr("no gradient of the output"));
}

}  // namespace
}  // namespace moduled::nn
