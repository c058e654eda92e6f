#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::Pair;
using weights_testing::BytesOf;
using weights_testing::ElementsOf;
using weights_testing::FileOf;
using weights_testing::KeysOf;
using weights_testing::TemporaryDirectory;

class SafetensorsWriter : public testing::Test {
 protected:
  // Writes and reads again.
  StateDict RoundTrip(const StateDict& state_dict) {
    EXPECT_EQ(WriteSafetensors(path_, state_dict), absl::OkStatus());
    const auto file = SafetensorsFile::Open(path_);
    EXPECT_EQ(file.status(), absl::OkStatus());
    if (!file.ok()) return {};
    const auto read = file->ToStateDict();
    EXPECT_EQ(read.status(), absl::OkStatus());
    return read.ok() ? *read : StateDict{};
  }
  SafetensorsFile Stored() {
    const auto file = SafetensorsFile::Open(path_);
    EXPECT_EQ(file.status(), absl::OkStatus());
    return file.ok() ? *file : SafetensorsFile();
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "model.safetensors";
};

TEST_F(SafetensorsWriter, WritesTheseBytes) {
  const Tensor weight = Tensor::Of<uint8_t>({2}, {7, 8});
  ASSERT_EQ(WriteSafetensors(path_, {{{"weight", weight},
                                      {"count", Tensor::Scalar<int64_t>(5)},
                                      {"tied", weight},
                                      {"bias", Tensor::Of<uint8_t>({1}, {9})}},
                                     {{"", 1}, {"bn", 2}}}),
            absl::OkStatus());
  const std::string header = R"({"__metadata__":{"format":"pt","order":"[\"weight\",\"count\",\"tied\",\"bias\"]",)"
                             R"("torch_metadata":"{\"\":{\"version\":1},\"bn\":{\"version\":2}}","tied":"weight"},)"
                             R"("count":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
                             R"("bias":{"dtype":"U8","shape":[1],"data_offsets":[8,9]},)"
                             R"("weight":{"dtype":"U8","shape":[2],"data_offsets":[9,11]}})";
  const std::string padding((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(directory_.Read("model.safetensors"),
            FileOf(header + padding, absl::string_view("\5\0\0\0\0\0\0\0\x9\7\10", 11)));
}

TEST_F(SafetensorsWriter, ReadsBackEveryTypeAndRank) {
  StateDict state_dict;
  for (DType dtype : kAllDTypes) {
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{2, 0, 3}, Shape{2, 3, 4}}) {
      Tensor tensor = *Tensor::Allocate({dtype, shape});
      auto* bytes = static_cast<uint8_t*>(tensor.mutable_data());
      const uint8_t values = dtype == DType::kBool ? 2 : 251;
      for (size_t i = 0; i < tensor.byte_size(); ++i) bytes[i] = static_cast<uint8_t>(i % values);
      state_dict.tensors.emplace_back(absl::StrCat(Name(dtype), shape.ToString()), std::move(tensor));
    }
  }
  const StateDict read = RoundTrip(state_dict);
  ASSERT_EQ(read.tensors.size(), state_dict.tensors.size());
  for (size_t i = 0; i < read.tensors.size(); ++i) {
    EXPECT_EQ(read.tensors[i].first, state_dict.tensors[i].first);
    EXPECT_EQ(read.tensors[i].second.spec(), state_dict.tensors[i].second.spec());
    EXPECT_EQ(BytesOf(read.tensors[i].second), BytesOf(state_dict.tensors[i].second));
  }
}

TEST_F(SafetensorsWriter, PutsWideTypesFirstAndSortsEqualOnesByName) {
  StateDict state_dict;
  for (const char* prefix : {"b.", "a."}) {
    for (DType dtype : kAllDTypes) {
      state_dict.tensors.emplace_back(absl::StrCat(prefix, Name(dtype)), *Tensor::Zeros({dtype, {1}}));
    }
  }
  RoundTrip(state_dict);
  EXPECT_THAT(KeysOf(Stored().tensors()),
              ElementsAre("a.int64", "b.int64", "a.float64", "b.float64", "a.float32", "b.float32", "a.int32",
                          "b.int32", "a.bfloat16", "b.bfloat16", "a.float16", "b.float16", "a.int8", "b.int8",
                          "a.uint8", "b.uint8", "a.bool", "b.bool"));
}

TEST_F(SafetensorsWriter, LetsTheElementsBeginAtAMultipleOfEight) {
  for (const char* name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"}) {
    RoundTrip({{{name, Tensor::Scalar<double>(1)}}, {}});
    EXPECT_EQ(directory_.Read("model.safetensors").size() % 8, 0u);
  }
}

TEST_F(SafetensorsWriter, KeepsTheOrderAndTheVersions) {
  const StateDict read =
      RoundTrip({{{"z", Tensor::Scalar<float>(1)}, {"a", Tensor::Scalar<float>(2)}, {"m", Tensor::Scalar<int64_t>(3)}},
                 {{"", 1}, {"z.bn", 2}, {"a", 1}}});
  EXPECT_THAT(KeysOf(read.tensors), ElementsAre("z", "a", "m"));
  EXPECT_THAT(read.metadata, ElementsAre(Pair("", 1), Pair("z.bn", 2), Pair("a", 1)));
}

TEST_F(SafetensorsWriter, WritesNoVersionsForAPlainDict) {
  RoundTrip({{{"a", Tensor::Scalar<float>(2)}}, {}});
  EXPECT_THAT(Stored().metadata(), ElementsAre(Pair("format", "pt"), Pair("order", R"(["a"])")));
}

TEST_F(SafetensorsWriter, WritesAnEmptyDict) {
  EXPECT_TRUE(RoundTrip({}).tensors.empty());
  EXPECT_THAT(Stored().metadata(), ElementsAre(Pair("format", "pt"), Pair("order", "[]")));
}

TEST_F(SafetensorsWriter, StoresASharedTensorOnceAndReadsItUnderEachName) {
  const Tensor shared = Tensor::Of<float>({2}, {1, 2});
  const StateDict read =
      RoundTrip({{{"z", shared}, {"y", Tensor::Of<float>({2}, {1, 2})}, {"a", shared}, {"b", shared}}, {}});
  EXPECT_THAT(KeysOf(Stored().tensors()), ElementsAre("y", "z"));
  ASSERT_THAT(KeysOf(read.tensors), ElementsAre("z", "y", "a", "b"));
  EXPECT_TRUE(read.tensors[0].second.SharesStorageWith(read.tensors[2].second));
  EXPECT_TRUE(read.tensors[0].second.SharesStorageWith(read.tensors[3].second));
  EXPECT_FALSE(read.tensors[0].second.SharesStorageWith(read.tensors[1].second));
}

TEST_F(SafetensorsWriter, StoresViewsThatDifferEachForItself) {
  const Tensor whole = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  const Tensor flat = *whole.Reshape({4});
  const StateDict read = RoundTrip(
      {{{"whole", whole}, {"flat", flat}, {"flat again", flat}, {"head", whole.Rows(0, 1)}, {"tail", whole.Rows(1, 2)}},
       {}});
  EXPECT_THAT(KeysOf(Stored().tensors()), ElementsAre("flat", "head", "tail", "whole"));
  ASSERT_EQ(read.tensors.size(), 5u);
  EXPECT_EQ(read.tensors[2].second.shape(), (Shape{4}));
  EXPECT_THAT(ElementsOf<float>(read.tensors[4].second), ElementsAre(3, 4));
}

TEST_F(SafetensorsWriter, StoresEachEmptyTensor) {
  const Tensor empty = *Tensor::Zeros({DType::kFloat32, {0}});
  RoundTrip({{{"a", empty}, {"b", empty}, {"c", Tensor()}, {"d", Tensor()}}, {}});
  EXPECT_THAT(KeysOf(Stored().tensors()), ElementsAre("a", "b", "c", "d"));
}

TEST_F(SafetensorsWriter, KeepsTheMetadataWhenTensorsHaveTheNamesOfItsKeys) {
  const Tensor shared = Tensor::Scalar<float>(1);
  const StateDict read =
      RoundTrip({{{"pt", shared}, {"format", shared}, {"order", shared}, {"torch_metadata", shared}, {"last", shared}},
                 {{"", 3}}});
  EXPECT_THAT(KeysOf(read.tensors), ElementsAre("pt", "format", "order", "torch_metadata", "last"));
  EXPECT_THAT(read.metadata, ElementsAre(Pair("", 3)));
  for (const auto& [name, tensor] : read.tensors) EXPECT_THAT(ElementsOf<float>(tensor), ElementsAre(1)) << name;
}

TEST_F(SafetensorsWriter, EscapesNames) {
  const std::string name = "a \"quoted\" \\ name\nin 重み";
  const StateDict read = RoundTrip({{{name, Tensor::Scalar<float>(1)}}, {{name, 2}}});
  EXPECT_THAT(KeysOf(read.tensors), ElementsAre(name));
  EXPECT_THAT(read.metadata, ElementsAre(Pair(name, 2)));
}

TEST_F(SafetensorsWriter, RefusesNamesThatTheFormatCannotHold) {
  const Tensor tensor = Tensor::Scalar<float>(1);
  EXPECT_EQ(WriteSafetensors(path_, {{{"__metadata__", tensor}}, {}}),
            absl::InvalidArgumentError("model.safetensors: a tensor cannot be named \"__metadata__\""));
  EXPECT_EQ(WriteSafetensors(path_, {{{"a", tensor}, {"a", tensor}}, {}}),
            absl::InvalidArgumentError("model.safetensors: two tensors are named \"a\""));
  EXPECT_EQ(WriteSafetensors(path_, {{{"a", tensor}}, {{"m", 1}, {"m", 2}}}),
            absl::InvalidArgumentError("model.safetensors: two versions of the module \"m\""));
  EXPECT_EQ(WriteSafetensors(path_, {{{"\xff", tensor}}, {}}),
            absl::InvalidArgumentError("model.safetensors: the name of a tensor or module is not UTF-8"));
  EXPECT_EQ(WriteSafetensors(path_, {{{"a", tensor}}, {{"\xff", 2}}}),
            absl::InvalidArgumentError("model.safetensors: the name of a tensor or module is not UTF-8"));
  EXPECT_TRUE(directory_.Names().empty());
}

TEST_F(SafetensorsWriter, ReplacesAFileWhoseTensorsAreStillHeld) {
  const StateDict old = RoundTrip({{{"a", Tensor::Of<float>({2}, {1, 2})}}, {}});
  const StateDict updated = RoundTrip({{{"a", Tensor::Of<float>({1}, {3})}}, {}});
  EXPECT_THAT(ElementsOf<float>(old.tensors[0].second), ElementsAre(1, 2));
  EXPECT_THAT(ElementsOf<float>(updated.tensors[0].second), ElementsAre(3));
}

TEST_F(SafetensorsWriter, LeavesNothingBesideTheFile) {
  RoundTrip({{{"a", Tensor::Scalar<float>(1)}}, {}});
  EXPECT_THAT(directory_.Names(), ElementsAre("model.safetensors"));
}

TEST_F(SafetensorsWriter, NamesTheFileButNotItsDirectoryWhenItCannotWrite) {
  EXPECT_EQ(WriteSafetensors(directory_ / "none/model.safetensors", {}),
            absl::NotFoundError("model.safetensors: No such file or directory"));
}

}  // namespace
}  // namespace moduled::nn
