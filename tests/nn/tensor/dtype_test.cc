#include "nn/tensor/dtype.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace moduled::nn {
namespace {

TEST(DType, ComesBackFromItsName) {
  std::set<std::string> names;
  for (DType dtype : kAllDTypes) {
    names.emplace(Name(dtype));
    EXPECT_EQ(ParseDType(Name(dtype)), dtype);
  }
  EXPECT_EQ(names.size(), std::size(kAllDTypes)) << "two types have the same name";
}

TEST(DType, IsNamedAsInTorch) {
  EXPECT_EQ(Name(DType::kBFloat16), "bfloat16");
  EXPECT_EQ(Name(DType::kUInt8), "uint8");
  EXPECT_EQ(ScalarName(DType::kFloat16), "Half");
  EXPECT_EQ(ScalarName(DType::kInt64), "Long");
  EXPECT_EQ(ScalarName(DType::kInt8), "Char");
}

TEST(DType, IsNotWhatHasAnotherName) {
  for (const char* name : {"", "float", "Float", "torch.float32", "float32 ", "complex64"}) {
    EXPECT_EQ(ParseDType(name), std::nullopt) << name;
  }
}

TEST(DType, HasTheSizeOfItsCppType) {
  EXPECT_EQ(SizeOf(kDTypeOf<float>), sizeof(float));
  EXPECT_EQ(SizeOf(kDTypeOf<double>), sizeof(double));
  EXPECT_EQ(SizeOf(kDTypeOf<int64_t>), sizeof(int64_t));
  EXPECT_EQ(SizeOf(kDTypeOf<int32_t>), sizeof(int32_t));
  EXPECT_EQ(SizeOf(kDTypeOf<int8_t>), sizeof(int8_t));
  EXPECT_EQ(SizeOf(kDTypeOf<uint8_t>), sizeof(uint8_t));
  EXPECT_EQ(SizeOf(kDTypeOf<bool>), sizeof(bool));
  EXPECT_EQ(SizeOf(DType::kFloat16), 2u);
  EXPECT_EQ(SizeOf(DType::kBFloat16), 2u);
}

TEST(DType, KnowsWhichAreFloating) {
  const std::set<DType> floating = {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16};
  for (DType dtype : kAllDTypes) EXPECT_EQ(IsFloatingPoint(dtype), floating.contains(dtype)) << Name(dtype);
}

}  // namespace
}  // namespace moduled::nn
