// Operators that walk along an axis: flip, cumsum, sort, extremum, prod.
#include <cmath>
#include <limits>

#include "nn/ops/cumsum.h"
#include "nn/ops/extremum.h"
#include "nn/ops/flip.h"
#include "nn/ops/prod.h"
#include "nn/ops/sort.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor TwoByThree() { return Tensor::Of<double>({2, 3}, {3, 1, 2, -1, 5, 0.5}); }

TEST(Flip, ReversesTheAxes) {
  ExpectClose(RunOne<FlipOp>({.axes = {1}}, {TwoByThree()}), {2, 1, 3, 0.5, 5, -1}, 0);
  ExpectClose(RunOne<FlipOp>({.axes = {1, 0}}, {TwoByThree()}), {0.5, 5, -1, 2, 1, 3}, 0);
  ExpectClose(RunOne<FlipOp>({}, {Tensor::Of<int8_t>({2}, {1, 2})}), {1, 2}, 0);
  EXPECT_EQ(RunOne<FlipOp>({.axes = {0}}, {Tensor::Of<float>({2, 0}, {})}).shape(), (Shape{2, 0}));
}

TEST(Flip, RefusesAnAxisThatComesTwiceOrIsNotThere) {
  const TensorSpec x{DType::kFloat32, {2, 3}};
  EXPECT_EQ(Refusal<FlipOp>({.axes = {1, 1}}, {x}), "dim 1 appears multiple times in the list of dims");
  EXPECT_EQ(Refusal<FlipOp>({.axes = {2}}, {x}),
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
}

TEST(Cumsum, SumsAlongTheAxisFromEitherEnd) {
  ExpectClose(RunOne<CumsumOp>({.axis = 1}, {TwoByThree()}), {3, 4, 6, -1, 4, 4.5}, 0);
  ExpectClose(RunOne<CumsumOp>({.axis = 0}, {TwoByThree()}), {3, 1, 2, 2, 6, 2.5}, 0);
  ExpectClose(RunOne<CumsumOp>({.axis = 1, .reverse = true}, {TwoByThree()}), {6, 3, 2, 4.5, 5.5, 0.5}, 0);
  ExpectClose(RunOne<CumsumOp>({}, {Tensor::Of<int64_t>({}, {7})}), {7}, 0);
}

TEST(Sort, OrdersAndSaysWhereTheElementsStood) {
  const auto sorted = RunOp<SortOp>({.axis = 1}, {TwoByThree()});
  ASSERT_EQ(sorted.status(), absl::OkStatus());
  ExpectClose((*sorted)[0], {1, 2, 3, -1, 0.5, 5}, 0);
  ExpectClose((*sorted)[1], {1, 2, 0, 0, 2, 1}, 0);
}

TEST(Sort, KeepsTheOrderOfEqualElementsAndPutsNansBeyondAll) {
  const Tensor x = Tensor::Of<double>({5}, {1, kNan, 2, 1, INFINITY});
  const auto ascending = RunOp<SortOp>({}, {x});
  ExpectClose((*ascending)[0], {1, 1, 2, INFINITY, kNan}, 0);
  ExpectClose((*ascending)[1], {0, 3, 2, 4, 1}, 0);
  const auto descending = RunOp<SortOp>({.descending = true}, {x});
  ExpectClose((*descending)[0], {kNan, INFINITY, 2, 1, 1}, 0);
  ExpectClose((*descending)[1], {1, 4, 2, 0, 3}, 0);
}

TEST(Extremum, ChoosesTheFirstOfEqualElementsAndTheFirstNan) {
  const auto greatest = RunOp<ExtremumOp>({.axis = 1}, {Tensor::Of<double>({2, 4}, {1, 3, 3, 2, 0, kNan, 9, kNan})});
  ExpectClose((*greatest)[0], {3, kNan}, 0);
  ExpectClose((*greatest)[1], {1, 1}, 0);
  const auto smallest =
      RunOp<ExtremumOp>({.axis = 0, .smallest = true}, {Tensor::Of<int32_t>({3, 2}, {4, 1, 2, 1, 2, 5})});
  ExpectClose((*smallest)[0], {2, 1}, 0);
  ExpectClose((*smallest)[1], {1, 0}, 0);
}

TEST(Extremum, RefusesAnAxisWithoutElements) {
  EXPECT_EQ(Refusal<ExtremumOp>({.axis = 1}, {{DType::kFloat32, {2, 0}}}),
            "max(): Expected reduction dim 1 to have non-zero size.");
  EXPECT_EQ(RunOne<ExtremumOp>({.axis = 1}, {Tensor::Of<float>({0, 2}, {})}).shape(), (Shape{0}));
}

TEST(Prod, MultipliesAlongTheAxis) {
  ExpectClose(RunOne<ProdOp>({.axis = 1}, {TwoByThree()}), {6, -2.5}, 0);
  ExpectClose(RunOne<ProdOp>({.axis = 1}, {Tensor::Of<int64_t>({2, 0}, {})}), {1, 1}, 0);
}

TEST(AlongAxis, GradientsMatchDifferences) {
  Random random;
  const Tensor x = random.ATensor<double>({2, 3, 4});
  ExpectGradient<FlipOp>({.axes = {2, 0}}, {x});
  for (int64_t axis = 0; axis < 3; ++axis) {
    ExpectGradient<CumsumOp>({.axis = axis}, {x});
    ExpectGradient<CumsumOp>({.axis = axis, .reverse = true}, {x});
    ExpectGradient<SortOp>({.axis = axis, .descending = axis == 1}, {x});
    ExpectGradient<ExtremumOp>({.axis = axis, .smallest = axis == 1}, {x});
    ExpectGradient<ProdOp>({.axis = axis}, {x});
  }
  ExpectGradient<ExtremumOp>({}, {Tensor::Of<double>({}, {2})});
}

TEST(Prod, HasItsGradientWhereElementsAreZero) {
  ExpectGradient<ProdOp>({.axis = 1}, {Tensor::Of<double>({3, 3}, {2, 0, 3, 0, 0, 4, 1, 2, 0})});
}

}  // namespace
}  // namespace moduled::nn
