// unfold and fold, which are each other's gradients.
#include "nn/ops/fold.h"

#include <limits>

#include "nn/ops/unfold.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

std::vector<double> Count(int64_t n) {
  std::vector<double> numbers;
  for (int64_t i = 1; i <= n; ++i) numbers.push_back(static_cast<double>(i));
  return numbers;
}

SlidingAttrs Window(int64_t kernel) { return {{kernel, kernel}, {1, 1}, {0, 0}, {1, 1}}; }

absl::Status UnfoldStatus(const SlidingAttrs& attrs, const Shape& x, DType dtype = DType::kFloat32) {
  return UnfoldOp::Infer(attrs, std::vector<TensorSpec>{{dtype, x}}).status();
}

absl::Status FoldStatus(const FoldOp::Attrs& attrs, const Shape& x, DType dtype = DType::kFloat32) {
  return FoldOp::Infer(attrs, std::vector<TensorSpec>{{dtype, x}}).status();
}

TEST(Unfold, MakesAColumnOfEachWindow) {
  const SlidingAttrs attrs = {{2, 2}, {1, 1}, {0, 1}, {1, 2}};
  const auto y = RunOp<UnfoldOp>(attrs, {Tensor::Of<double>({1, 2, 2, 3}, Count(12))});
  ASSERT_EQ((*y)[0].shape(), (Shape{1, 8, 2}));
  ExpectClose((*y)[0], {0, 2, 1, 3, 0, 5, 4, 6, 0, 8, 7, 9, 0, 11, 10, 12}, 0);
}

TEST(Fold, AddsUpWhatWindowsShare) {
  const auto y = RunOp<FoldOp>({{3, 3}, Window(2)}, {Tensor::Of<double>({1, 4, 4}, Count(16))});
  ASSERT_EQ((*y)[0].shape(), (Shape{1, 1, 3, 3}));
  ExpectClose((*y)[0], {1, 7, 6, 12, 34, 22, 11, 27, 16}, 0);
}

TEST(Fold, OfUnfoldCountsTheWindowsOverEachElement) {
  Random random;
  for (int i = 0; i < 30; ++i) {
    SlidingAttrs attrs;
    Shape image = {random.Int(1, 2), random.Int(1, 3)};
    for (int axis = 0; axis < 2; ++axis) {
      attrs.kernel.push_back(random.Int(1, 3));
      attrs.dilation.push_back(random.Int(1, 3));
      attrs.padding.push_back(random.Int(0, 2));
      attrs.stride.push_back(random.Int(1, 3));
      image.push_back((attrs.kernel[axis] - 1) * attrs.dilation[axis] + random.Int(1, 4));
    }
    const Tensor x = random.ATensor<float>(image);
    const Tensor columns = (*RunOp<UnfoldOp>(attrs, {x}))[0];
    const Tensor y = (*RunOp<FoldOp>({{image[2], image[3]}, attrs}, {columns}))[0];
    std::vector<double> want = Doubles(x);
    for (int64_t e = 0; e < image.numel(); ++e) {
      const std::vector<int64_t> at = IndexOf(e, image);
      int64_t windows = 1;
      for (int axis = 0; axis < 2; ++axis) {
        const int64_t extent = (attrs.kernel[axis] - 1) * attrs.dilation[axis];
        int64_t seen = 0;
        for (int64_t start = -attrs.padding[axis]; start + extent < image[axis + 2] + attrs.padding[axis];
             start += attrs.stride[axis]) {
          const int64_t distance = at[axis + 2] - start;
          seen += distance >= 0 && distance <= extent && distance % attrs.dilation[axis] == 0 ? 1 : 0;
        }
        windows *= seen;
      }
      want[e] *= static_cast<double>(windows);
    }
    ExpectClose(y, want, 1e-5);
  }
}

TEST(Fold, AndUnfoldHaveTheGradientsThatDifferencesHave) {
  Random random;
  const SlidingAttrs attrs = {{2, 3}, {2, 1}, {1, 0}, {1, 2}};
  ExpectGradient<UnfoldOp>(attrs, {random.ATensor<double>({2, 2, 4, 5})});
  ExpectGradient<FoldOp>({{4, 5}, attrs}, {random.ATensor<double>({2, 12, 8})});
}

TEST(Unfold, TakesAnEmptyBatch) {
  EXPECT_EQ((*RunOp<UnfoldOp>(Window(2), {*Tensor::Zeros({DType::kFloat32, {0, 3, 5, 6}})}))[0].shape(),
            (Shape{0, 12, 20}));
  EXPECT_EQ((*RunOp<FoldOp>({{5, 6}, Window(2)}, {*Tensor::Zeros({DType::kFloat32, {0, 12, 20}})}))[0].shape(),
            (Shape{0, 3, 5, 6}));
}

TEST(Unfold, RefusesInTorchsWords) {
  EXPECT_EQ(UnfoldStatus(Window(2), {1, 0, 5, 6}).message(),
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            "but got: [1, 0, 5, 6]");
  SlidingAttrs attrs = Window(3);
  attrs.kernel[0] = 7;
  EXPECT_EQ(
      UnfoldStatus(attrs, {1, 3, 5, 5}).message(),
      "Given input with spatial size (5, 5), kernel_size=(7, 3), dilation=(1, 1), padding=(0, 0), calculated shape "
      "of the array of sliding blocks as (-1, 3), but its components must be at least one.");
  attrs.kernel[0] = 0;
  EXPECT_EQ(UnfoldStatus(attrs, {1, 3, 5, 5}).message(),
            "kernel size should be greater than zero, but got kernel_height: 0 kernel_width: 3");
  attrs = Window(2);
  attrs.padding = {-1, -1};
  EXPECT_EQ(UnfoldStatus(attrs, {1, 3, 5, 5}).message(),
            "padding should be non-negative, but got pad_height: -1 pad_width: -1");
  attrs.padding = {0, 0, 0};
  EXPECT_EQ(UnfoldStatus(attrs, {1, 3, 5, 5}).message(), "It is expected padding equals to 2, but got size 3");
  EXPECT_EQ(UnfoldStatus(Window(2), {1, 3, 5, 5}, DType::kInt32).message(),
            "\"im2col_out_cpu\" not implemented for 'Int'");
}

TEST(Fold, RefusesInTorchsWords) {
  EXPECT_EQ(FoldStatus({{5, 6}, Window(2)}, {1, 12, 0}).message(),
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            "input, but got: [1, 12, 0]");
  EXPECT_EQ(FoldStatus({{5, 6}, Window(2)}, {1, 13, 20}).message(),
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            "input.size(1)=13 and kernel_size=(2, 2).");
  EXPECT_EQ(
      FoldStatus({{5, 0}, Window(2)}, {1, 12, 20}).message(),
      "Given output_size=(5, 0), kernel_size=(2, 2), dilation=(1, 1), padding=(0, 0), stride=(1, 1), expected size "
      "of input's dimension 2 to match the calculated number of sliding blocks 4 * -1 = -4, but got "
      "input.size(2)=20.");
  EXPECT_EQ(FoldStatus({{5}, Window(2)}, {1, 12, 20}).message(),
            "It is expected output_size equals to 2, but got size 1");
  EXPECT_EQ(FoldStatus({{5, 6}, Window(2)}, {1, 12, 20}, DType::kInt64).message(),
            "\"col2im_out_cpu\" not implemented for 'Long'");
}

TEST(Fold, RefusesNumbersThatDoNotFit) {
  for (const auto member : {&SlidingAttrs::kernel, &SlidingAttrs::dilation, &SlidingAttrs::padding}) {
    SlidingAttrs attrs = Window(2);
    attrs.*member = {kHuge, kHuge};
    EXPECT_TRUE(absl::IsInvalidArgument(UnfoldStatus(attrs, {1, 3, 5, 5})));
    EXPECT_TRUE(absl::IsInvalidArgument(FoldStatus({{5, 6}, attrs}, {1, 12, 20})));
  }
  EXPECT_TRUE(absl::IsInvalidArgument(FoldStatus({{-kHuge, -kHuge}, Window(2)}, {1, 12, 20})));
  EXPECT_TRUE(absl::IsInvalidArgument(FoldStatus({{kHuge, kHuge}, Window(2)}, {1, 12, 20})));
  // No image, but columns that would not fit.
  SlidingAttrs large = Window(int64_t{1} << 40);
  large.padding = {int64_t{1} << 40, int64_t{1} << 40};
  EXPECT_TRUE(absl::IsInvalidArgument(UnfoldStatus(large, {0, 3, 5, 5})));
}

}  // namespace
}  // namespace moduled::nn
