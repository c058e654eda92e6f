// What a good file gives; safetensors_refusals_test.cc has the bad ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using weights_testing::BytesOf;
using weights_testing::ElementsOf;
using weights_testing::FileOf;
using weights_testing::KeysOf;
using weights_testing::Parse;
using weights_testing::TemporaryDirectory;

TEST(SafetensorsReader, ReadsTheTensorsAndTheMetadata) {
  const auto file = Parse(FileOf(R"({"__metadata__":{"format":"pt","author":"Ada"},)"
                                 R"("a":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]},)"
                                 R"("b":{"dtype":"I32","shape":[1],"data_offsets":[4,8]}})",
                                 std::string("\1\2\3\4\xff\xff\xff\xff", 8)));
  ASSERT_EQ(file.status(), absl::OkStatus());
  EXPECT_THAT(file->metadata(), ElementsAre(Pair("format", "pt"), Pair("author", "Ada")));
  ASSERT_THAT(KeysOf(file->tensors()), ElementsAre("a", "b"));
  EXPECT_EQ(file->tensors()[0].second.shape(), (Shape{2, 2}));
  EXPECT_THAT(ElementsOf<uint8_t>(file->tensors()[0].second), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(ElementsOf<int32_t>(file->tensors()[1].second), ElementsAre(-1));
}

TEST(SafetensorsReader, ReadsEachTypeByItsName) {
  const std::pair<const char*, DType> names[] = {
      {"F32", DType::kFloat32},   {"F64", DType::kFloat64}, {"F16", DType::kFloat16},
      {"BF16", DType::kBFloat16}, {"I64", DType::kInt64},   {"I32", DType::kInt32},
      {"I8", DType::kInt8},       {"U8", DType::kUInt8},    {"BOOL", DType::kBool}};
  ASSERT_EQ(std::size(names), std::size(kAllDTypes));
  for (const auto& [name, dtype] : names) {
    const std::string bytes(3 * SizeOf(dtype), '\1');
    const auto file = Parse(FileOf(
        absl::StrCat(R"({"t":{"dtype":")", name, R"(","shape":[3],"data_offsets":[0,)", bytes.size(), "]}}"), bytes));
    ASSERT_EQ(file.status(), absl::OkStatus()) << name;
    EXPECT_EQ(file->tensors()[0].second.spec(), (TensorSpec{dtype, {3}}));
    EXPECT_EQ(BytesOf(file->tensors()[0].second), bytes);
  }
}

TEST(SafetensorsReader, ReadsAScalar) {
  const auto file = Parse(
      FileOf(R"({"t":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})", absl::string_view("\x2a\0\0\0\0\0\0\0", 8)));
  ASSERT_EQ(file.status(), absl::OkStatus());
  EXPECT_EQ(file->tensors()[0].second.rank(), 0u);
  EXPECT_THAT(ElementsOf<int64_t>(file->tensors()[0].second), ElementsAre(42));
}

TEST(SafetensorsReader, ReadsEmptyTensorsAtAnyOffsetInAnyOrder) {
  const auto file = Parse(FileOf(R"({"full":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},)"
                                 R"("last":{"dtype":"F32","shape":[2,0],"data_offsets":[3,3]},)"
                                 R"("first":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}})",
                                 "abc"));
  ASSERT_EQ(file.status(), absl::OkStatus());
  EXPECT_THAT(KeysOf(file->tensors()), ElementsAre("full", "last", "first"));
  EXPECT_EQ(file->tensors()[1].second.shape(), (Shape{2, 0}));
  EXPECT_EQ(file->tensors()[2].second.numel(), 0);
  EXPECT_EQ(BytesOf(file->tensors()[0].second), "abc");
}

TEST(SafetensorsReader, ReadsAFileWithoutTensors) {
  const auto file = Parse(FileOf("{}"));
  ASSERT_EQ(file.status(), absl::OkStatus());
  EXPECT_THAT(file->tensors(), IsEmpty());
  EXPECT_THAT(file->metadata(), IsEmpty());
}

TEST(SafetensorsReader, AcceptsSpacesBehindTheHeader) {
  EXPECT_EQ(Parse(FileOf("{}      ")).status(), absl::OkStatus());
}

TEST(SafetensorsReader, ReadsEscapedNamesAndNamesOfAnyScript) {
  const auto file = Parse(FileOf(R"({"\u0061\"b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                                 R"("重み":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})"));
  ASSERT_EQ(file.status(), absl::OkStatus());
  EXPECT_THAT(KeysOf(file->tensors()), ElementsAre("a\"b", "重み"));
}

TEST(SafetensorsReader, ReadsElementsThatAreNotAligned) {
  const std::string bytes = FileOf(R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                   R"("t":{"dtype":"F64","shape":[2],"data_offsets":[1,17]}})",
                                   std::string(1, '\7') + std::string("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0", 16));
  for (size_t shift = 0; shift < 8; ++shift) {
    const auto file = Parse(bytes, shift);
    ASSERT_EQ(file.status(), absl::OkStatus());
    const Tensor& tensor = file->tensors()[1].second;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data()) % alignof(double), 0u);
    EXPECT_THAT(ElementsOf<double>(tensor), ElementsAre(1, -2));
  }
}

TEST(SafetensorsReader, CopiesNothingThatIsAligned) {
  const std::string header = R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  )";
  ASSERT_EQ(header.size() % 8, 0u);
  const auto bytes = std::make_shared<std::string>(FileOf(header, "1234"));
  const auto* data = reinterpret_cast<const uint8_t*>(bytes->data());
  const auto file = SafetensorsFile::Parse("f", {data, bytes->size()}, bytes);
  ASSERT_EQ(file.status(), absl::OkStatus());
  EXPECT_EQ(file->tensors()[0].second.data(), data + 8 + header.size());
}

TEST(SafetensorsReader, SharesNoStorageBetweenTheTensorsOfAFile) {
  const auto file = Parse(FileOf(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                                 R"("empty":{"dtype":"U8","shape":[0],"data_offsets":[2,2]},)"
                                 R"("b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
                                 "1234"));
  ASSERT_EQ(file.status(), absl::OkStatus());
  const auto& tensors = file->tensors();
  EXPECT_FALSE(tensors[0].second.SharesStorageWith(tensors[2].second));
  EXPECT_FALSE(tensors[1].second.SharesStorageWith(tensors[2].second));
  EXPECT_TRUE(tensors[0].second.SharesStorageWith(Tensor(tensors[0].second)));
}

TEST(SafetensorsReader, KeepsTheFileMappedAsLongAsATensorIsHeld) {
  const TemporaryDirectory directory;
  const std::string path =
      directory.Write("f.safetensors", FileOf(R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "1234"));
  Tensor tensor;
  {
    const auto file = SafetensorsFile::Open(path);
    ASSERT_EQ(file.status(), absl::OkStatus());
    tensor = file->tensors()[0].second;
  }
  std::filesystem::remove(path);
  EXPECT_EQ(BytesOf(tensor), "1234");
}

TEST(SafetensorsReader, NamesTheFileButNotItsDirectory) {
  const TemporaryDirectory directory;
  EXPECT_EQ(SafetensorsFile::Open(directory / "none.safetensors").status(),
            absl::NotFoundError("none.safetensors: No such file or directory"));
  EXPECT_EQ(SafetensorsFile::Open(directory.Write("f.safetensors", "")).status(),
            absl::InvalidArgumentError("f.safetensors: too short (got 0 bytes, want at least 8)"));
}

}  // namespace
}  // namespace moduled::nn
