#include "nn/tensor/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>

#include "absl/strings/cord.h"

namespace moduled::nn {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

bool IsAligned(const void* data, size_t alignment) { return reinterpret_cast<uintptr_t>(data) % alignment == 0; }

TEST(Tensor, IsAVectorOfNothingByDefault) {
  const Tensor tensor;
  EXPECT_EQ(tensor.spec(), (TensorSpec{DType::kFloat32, {0}}));
  EXPECT_EQ(tensor.byte_size(), 0u);
  EXPECT_TRUE(tensor.elements<float>().empty());
}

TEST(Tensor, HoldsWhatItWasMadeOf) {
  const Tensor tensor = Tensor::Of<int32_t>({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(tensor.spec(), (TensorSpec{DType::kInt32, {2, 2}}));
  EXPECT_THAT(tensor.elements<int32_t>(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Tensor::Of<bool>({3}, {true, false, true}).elements<bool>(), ElementsAre(true, false, true));
  EXPECT_THAT(Tensor::Scalar<double>(2.5).elements<double>(), ElementsAre(2.5));
}

TEST(Tensor, AllocatesWholeCacheLines) {
  for (int64_t n : {0, 1, 15, 16, 17, 1000}) {
    const absl::StatusOr<Tensor> tensor = Tensor::Allocate({DType::kFloat32, {n}});
    ASSERT_EQ(tensor.status(), absl::OkStatus());
    EXPECT_NE(tensor->data(), nullptr);
    EXPECT_TRUE(IsAligned(tensor->data(), Tensor::kAlignment));
  }
}

TEST(Tensor, AllocatesZeros) { EXPECT_THAT(Tensor::Zeros({DType::kInt64, {100}})->elements<int64_t>(), Each(0)); }

TEST(Tensor, SaysSoWhenThereIsNoMemory) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  const absl::Status status = Tensor::Allocate({DType::kInt8, {most}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), HasSubstr("int8[9223372036854775807]"));
  EXPECT_EQ(Tensor::Zeros({DType::kInt8, {most}}).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(Tensor, IsNotAllocatedForAShapeThatIsNone) {
  EXPECT_TRUE(absl::IsInvalidArgument(Tensor::Allocate({DType::kInt8, {-1}}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Tensor::Zeros({DType::kInt8, {INT64_MAX, 2}}).status()));
}

TEST(Tensor, SharesItsBytesWithItsCopies) {
  const Tensor tensor = Tensor::Of<float>({2}, {1, 2});
  const Tensor copy = tensor;
  EXPECT_EQ(copy.data(), tensor.data());
  EXPECT_TRUE(copy.SharesStorageWith(tensor));
  EXPECT_FALSE(Tensor::Of<float>({2}, {1, 2}).SharesStorageWith(tensor));
  EXPECT_FALSE(Tensor().SharesStorageWith(Tensor())) << "tensors without storage share none";
}

TEST(Tensor, KeepsTheOwnerOfWrappedBytesAlive) {
  auto owner = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3});
  const std::weak_ptr<std::vector<float>> watch = owner;
  const float* data = owner->data();
  auto tensor = std::make_unique<Tensor>(Tensor::Wrap({DType::kFloat32, {3}}, std::move(owner), data));
  EXPECT_THAT(tensor->elements<float>(), ElementsAre(1, 2, 3));
  EXPECT_FALSE(watch.expired());
  tensor.reset();
  EXPECT_TRUE(watch.expired());
}

TEST(Tensor, TakesOverAStringsBytes) {
  std::string bytes;
  for (int i = 0; i < 800; ++i) bytes.push_back(static_cast<char>(i));
  const absl::StatusOr<Tensor> tensor = Tensor::FromBytes({DType::kFloat64, {10, 10}}, bytes);
  ASSERT_EQ(tensor.status(), absl::OkStatus());
  EXPECT_TRUE(IsAligned(tensor->data(), alignof(double)));
  EXPECT_EQ(std::string(tensor->bytes().begin(), tensor->bytes().end()), bytes);
}

TEST(Tensor, TakesOverAShortStringsBytes) {
  const absl::StatusOr<Tensor> tensor = Tensor::FromBytes({DType::kInt64, {1}}, std::string("\x2a\0\0\0\0\0\0\0", 8));
  ASSERT_EQ(tensor.status(), absl::OkStatus());
  EXPECT_THAT(tensor->elements<int64_t>(), ElementsAre(42));
}

TEST(Tensor, RefusesAWrongNumberOfBytes) {
  EXPECT_EQ(Tensor::FromBytes({DType::kFloat32, {2}}, "1234567").status(),
            absl::InvalidArgumentError("data: wrong number of bytes for float32[2] (got 7, want 8)"));
  EXPECT_EQ(Tensor::FromBytes({DType::kFloat32, {}}, "").status(),
            absl::InvalidArgumentError("data: wrong number of bytes for float32[] (got 0, want 4)"));
  EXPECT_EQ(Tensor::FromBytes({DType::kInt8, {-1}}, "").status(),
            absl::InvalidArgumentError("shape: negative extent (got [-1])"));
}

TEST(Tensor, ReshapesWithoutCopying) {
  const Tensor tensor = Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const absl::StatusOr<Tensor> view = tensor.Reshape({3, 2});
  ASSERT_EQ(view.status(), absl::OkStatus());
  EXPECT_EQ(view->shape(), (Shape{3, 2}));
  EXPECT_EQ(view->data(), tensor.data());
  EXPECT_TRUE(view->SharesStorageWith(tensor));
}

TEST(Tensor, RefusesToReshapeToAnotherCountInTorchsWords) {
  const Tensor tensor = Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(tensor.Reshape({2, 4}).status(),
            absl::InvalidArgumentError("shape '[2, 4]' is invalid for input of size 6"));
  EXPECT_EQ(tensor.Reshape({-2, -3}).status(), absl::InvalidArgumentError("shape: negative extent (got [-2, -3])"));
}

TEST(Tensor, ShowsRowsWithoutCopying) {
  const Tensor tensor = Tensor::Of<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor rows = tensor.Rows(1, 3);
  EXPECT_EQ(rows.shape(), (Shape{2, 2}));
  EXPECT_THAT(rows.elements<float>(), ElementsAre(3, 4, 5, 6));
  EXPECT_TRUE(rows.SharesStorageWith(tensor));
  EXPECT_EQ(tensor.Rows(3, 3).numel(), 0);
}

absl::Cord InPieces(const std::string& bytes, size_t piece) {
  absl::Cord cord;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    auto kept = std::make_shared<std::string>(bytes.substr(at, piece));
    cord.Append(absl::MakeCordFromExternal(*kept, [kept] {}));
  }
  return cord;
}

TEST(Tensor, IsMadeOfPiecesAndCopiedOnlyToWhereItIsWanted) {
  std::string bytes(4000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  const auto tensor = Tensor::FromPieces({DType::kFloat32, {10, 100}}, InPieces(bytes, 999));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_FALSE(tensor->is_flat());
  std::string copy(4000, 'x');
  tensor->CopyElementsTo(copy.data());
  EXPECT_EQ(copy, bytes);
  const auto flat = tensor->Flat();
  ASSERT_TRUE(flat.ok());
  EXPECT_TRUE(flat->is_flat());
  EXPECT_EQ(std::string(static_cast<const char*>(flat->data()), 4000), bytes);
  EXPECT_EQ(flat->Flat()->data(), flat->data()) << "what is flat is not copied";
}

TEST(Tensor, UsesASinglePieceAsItIs) {
  alignas(4) static const char kBytes[600] = {};
  const auto tensor = Tensor::FromPieces({DType::kFloat32, {150}}, absl::MakeCordFromExternal({kBytes, 600}, [] {}));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_TRUE(tensor->is_flat());
  EXPECT_EQ(tensor->data(), kBytes);
  const auto crooked =
      Tensor::FromPieces({DType::kFloat32, {140}}, absl::MakeCordFromExternal({kBytes + 1, 560}, [] {}));
  ASSERT_TRUE(crooked.ok()) << crooked.status();
  EXPECT_FALSE(crooked->is_flat()) << "elements are where the processor wants them";
}

TEST(Tensor, RefusesPiecesThatAreNotAsManyBytesAsItHas) {
  const auto tensor = Tensor::FromPieces({DType::kFloat32, {3}}, absl::Cord("short"));
  EXPECT_EQ(tensor.status(), absl::InvalidArgumentError("data: wrong number of bytes for float32[3] (got 5, want 12)"));
}

}  // namespace
}  // namespace moduled::nn
