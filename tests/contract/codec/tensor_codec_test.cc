#include "proto/contract/codec/tensor_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace moduled::contract {
namespace {

using ::testing::HasSubstr;

v1::Tensor Wire(v1::DType dtype, const std::vector<int64_t>& shape, size_t bytes) {
  v1::Tensor message;
  message.set_dtype(dtype);
  message.mutable_shape()->Assign(shape.begin(), shape.end());
  message.set_data(std::string(bytes, '\0'));
  return message;
}

std::string ErrorOf(v1::Tensor message) {
  const auto tensor = DecodeTensor(std::move(message), "inputs");
  EXPECT_EQ(tensor.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(tensor.status().message());
}

TEST(TensorCodec, KeepsEveryElementTypeThroughARoundTrip) {
  for (const nn::DType dtype : nn::kAllDTypes) {
    nn::Tensor tensor = *nn::Tensor::Zeros({dtype, {2, 3}});
    static_cast<uint8_t*>(tensor.mutable_data())[nn::SizeOf(dtype)] = 1;
    v1::Tensor message;
    EncodeTensor(tensor, message);
    const auto decoded = DecodeTensor(std::move(message), "tensor");
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->spec(), tensor.spec());
    EXPECT_EQ(decoded->bytes(), tensor.bytes());
  }
}

TEST(TensorCodec, KeepsScalarsAndTensorsWithoutElements) {
  for (const nn::Shape& shape : {nn::Shape{}, nn::Shape{0}, nn::Shape{4, 0, 2}}) {
    v1::Tensor message;
    EncodeTensor(*nn::Tensor::Zeros({nn::DType::kFloat32, shape}), message);
    const auto decoded = DecodeTensor(std::move(message), "tensor");
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->shape(), shape);
  }
}

TEST(TensorCodec, TakesTheBytesOverWithoutCopyingThem) {
  v1::Tensor message = Wire(v1::FLOAT32, {1024}, 4096);
  const void* bytes = message.data().data();
  const auto decoded = DecodeTensor(std::move(message), "tensor");
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->data(), bytes);
}

TEST(TensorCodec, NamesTheFieldWhoseByteCountIsWrong) {
  EXPECT_EQ(ErrorOf(Wire(v1::FLOAT32, {1, 3}, 11)),
            "inputs.data: wrong number of bytes for float32[1, 3] (got 11, want 12)");
  EXPECT_EQ(ErrorOf(Wire(v1::FLOAT32, {1, 3}, 13)),
            "inputs.data: wrong number of bytes for float32[1, 3] (got 13, want 12)");
}

TEST(TensorCodec, RefusesTypesThatAreNotSetOrNotKnown) {
  EXPECT_THAT(ErrorOf(Wire(v1::DTYPE_UNSPECIFIED, {1}, 4)), HasSubstr("inputs.dtype: not set"));
  EXPECT_THAT(ErrorOf(Wire(static_cast<v1::DType>(99), {1}, 4)), HasSubstr("inputs.dtype: unknown type (got 99)"));
}

TEST(TensorCodec, RefusesShapesThatOverflowBeforeItAllocates) {
  EXPECT_THAT(ErrorOf(Wire(v1::FLOAT32, {-1, 3}, 0)), HasSubstr("inputs.shape: negative extent"));
  EXPECT_THAT(ErrorOf(Wire(v1::FLOAT32, {16, (int64_t{1} << 60) + 2}, 128)), HasSubstr("inputs.shape: too many"));
  EXPECT_THAT(ErrorOf(Wire(v1::FLOAT32, {4, (int64_t{1} << 60) + 2}, 32)), HasSubstr("inputs.shape: too many bytes"));
  EXPECT_THAT(ErrorOf(Wire(v1::FLOAT32, {0, int64_t{1} << 62, 1 << 10}, 0)), HasSubstr("inputs.shape: too many"));
  EXPECT_THAT(ErrorOf(Wire(v1::FLOAT32, std::vector<int64_t>(1'000'000, 1), 4)),
              HasSubstr("inputs.shape: too many axes (got 1000000, want at most 64)"));
}

TEST(TensorCodec, RefusesBoolsThatAreNeitherZeroNorOne) {
  v1::Tensor message = Wire(v1::BOOL, {3}, 3);
  (*message.mutable_data())[1] = 2;
  EXPECT_EQ(ErrorOf(std::move(message)), "inputs.data: a bool is 0 or 1 (got 2 at byte 1)");
}

TEST(TensorSpecCodec, KeepsTypeAndShape) {
  const nn::TensorSpec spec{nn::DType::kBFloat16, {2, 0, 7}};
  v1::TensorSpec message;
  EncodeTensorSpec(spec, message);
  EXPECT_EQ(*DecodeTensorSpec(message, "tensor"), spec);
}

}  // namespace
}  // namespace moduled::contract
