#include "nn/tensor/shape.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace moduled::nn {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

std::string Problem(const Shape& shape) { return std::string(shape.Check().message()); }

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape({}).numel(), 1);
  EXPECT_EQ(Shape({2, 3, 4}).numel(), 24);
  EXPECT_EQ(Shape({2, 0, 4}).numel(), 0);
  EXPECT_EQ(Shape({2, 3, 4}).numel(1, 3), 12);
  EXPECT_EQ(Shape({2, 3, 4}).numel(1, 1), 1);
}

TEST(Shape, CountsAxesFromTheEndWhenNegative) {
  const Shape shape = {2, 3, 4};
  EXPECT_EQ(shape.At(0), 2);
  EXPECT_EQ(shape.At(-1), 4);
  EXPECT_EQ(shape.At(-3), 2);
}

TEST(Shape, PrintsAsInPython) {
  EXPECT_EQ(Shape({}).ToString(), "[]");
  EXPECT_EQ(Shape({2, 3}).ToString(), "[2, 3]");
}

TEST(Shape, AcceptsTheLargestCountThatFits) {
  EXPECT_EQ(Shape({kMost}).Check(), absl::OkStatus());
  EXPECT_EQ(Shape({int64_t{1} << 31, int64_t{1} << 31}).Check(), absl::OkStatus());
}

TEST(Shape, RefusesMoreElementsThanFit) {
  EXPECT_EQ(Problem({kMost, 2}), "shape: too many elements (got [9223372036854775807, 2])");
  EXPECT_EQ(Problem({int64_t{1} << 32, int64_t{1} << 31}), "shape: too many elements (got [4294967296, 2147483648])");
}

TEST(Shape, RefusesMoreElementsThanFitEvenBesideAnEmptyAxis) {
  EXPECT_EQ(Problem({kMost, 2, 0}), "shape: too many elements (got [9223372036854775807, 2, 0])");
  EXPECT_EQ(Problem({0, kMost, 2}), "shape: too many elements (got [0, 9223372036854775807, 2])");
}

TEST(Shape, RefusesNegativeExtents) { EXPECT_EQ(Problem({2, -1}), "shape: negative extent (got [2, -1])"); }

TEST(Shape, RefusesMoreAxesThanAnyoneNeeds) {
  EXPECT_EQ(Shape(std::vector<int64_t>(Shape::kMaxRank, 1)).Check(), absl::OkStatus());
  EXPECT_EQ(Problem(Shape(std::vector<int64_t>(Shape::kMaxRank + 1, 1))),
            "shape: too many axes (got 65, want at most 64)");
}

TEST(TensorSpec, CountsBytes) {
  EXPECT_EQ((TensorSpec{DType::kFloat64, {2, 3}}).byte_size(), 48u);
  EXPECT_EQ((TensorSpec{DType::kBool, {}}).byte_size(), 1u);
}

TEST(TensorSpec, RefusesMoreBytesThanFit) {
  EXPECT_EQ((TensorSpec{DType::kInt8, {kMost}}).Check(), absl::OkStatus());
  EXPECT_EQ((TensorSpec{DType::kFloat16, {kMost}}).Check().message(),
            "shape: too many bytes (got float16[9223372036854775807])");
  EXPECT_EQ((TensorSpec{DType::kFloat64, {0, kMost / 4}}).Check().message(),
            "shape: too many bytes (got float64[0, 2305843009213693951])");
  EXPECT_EQ((TensorSpec{DType::kInt8, {-1}}).Check().message(), "shape: negative extent (got [-1])");
}

TEST(TensorSpec, PrintsItsTypeAndShape) { EXPECT_EQ((TensorSpec{DType::kInt32, {2, 3}}).ToString(), "int32[2, 3]"); }

TEST(TensorSpec, DiffersByTypeAndByShape) {
  const TensorSpec spec = {DType::kFloat32, {2, 3}};
  EXPECT_EQ(spec, (TensorSpec{DType::kFloat32, {2, 3}}));
  EXPECT_FALSE(spec == (TensorSpec{DType::kInt32, {2, 3}}));
  EXPECT_FALSE(spec == (TensorSpec{DType::kFloat32, {3, 2}}));
  EXPECT_FALSE(spec == (TensorSpec{DType::kFloat32, {2, 3, 1}}));
}

}  // namespace
}  // namespace moduled::nn
