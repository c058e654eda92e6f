#include "nn/weights/sharded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::Pair;
using weights_testing::BytesOf;
using weights_testing::FileOf;
using weights_testing::KeysOf;
using weights_testing::TemporaryDirectory;

class Sharded : public testing::Test {
 protected:
  // A shard whose tensors are of four bytes each, filled with their own name.
  void WriteShard(const std::string& file, const std::vector<std::string>& names) {
    std::string header, buffer;
    for (const std::string& name : names) {
      absl::StrAppend(&header, header.empty() ? "{" : ",", "\"", name,
                      R"(":{"dtype":"U8","shape":[4],"data_offsets":[)", buffer.size(), ",", buffer.size() + 4, "]}");
      buffer.append(4, name[0]);
    }
    directory_.Write(file, FileOf(names.empty() ? "{}" : header + "}", buffer));
  }
  absl::StatusOr<StateDict> ReadIndex(absl::string_view index) {
    return ReadSharded(directory_.Write("model.safetensors.index.json", index));
  }
  // The error of an index, without its name.
  std::string ErrorOf(absl::string_view index) {
    const absl::Status status = ReadIndex(index).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    constexpr absl::string_view kPrefix = "model.safetensors.index.json: ";
    EXPECT_EQ(status.message().substr(0, kPrefix.size()), kPrefix);
    return std::string(status.message().substr(std::min(kPrefix.size(), status.message().size())));
  }

  TemporaryDirectory directory_;
};

TEST_F(Sharded, ReadsEachTensorFromItsShardInTheOrderOfTheIndex) {
  WriteShard("model-00001-of-00002.safetensors", {"a", "c"});
  WriteShard("model-00002-of-00002.safetensors", {"b"});
  const auto state_dict = ReadIndex(R"({"metadata":{"total_size":12},"weight_map":{
      "c":"model-00001-of-00002.safetensors",
      "b":"model-00002-of-00002.safetensors",
      "a":"model-00001-of-00002.safetensors"}})");
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  ASSERT_THAT(KeysOf(state_dict->tensors), ElementsAre("c", "b", "a"));
  for (const auto& [name, tensor] : state_dict->tensors) EXPECT_EQ(BytesOf(tensor), std::string(4, name[0]));
}

TEST_F(Sharded, ReadsTheOrderTheVersionsAndTheDroppedKeysFromTheIndex) {
  WriteShard("1.safetensors", {"a"});
  WriteShard("2.safetensors", {"b"});
  const auto state_dict = ReadIndex(R"({"metadata":{"tied":"a","order":"[\"b\",\"tied\",\"a\"]",
      "torch_metadata":"{\"\":{\"version\":1}}"},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})");
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  EXPECT_THAT(KeysOf(state_dict->tensors), ElementsAre("b", "tied", "a"));
  EXPECT_EQ(BytesOf(state_dict->tensors[1].second), "aaaa");
  EXPECT_THAT(state_dict->metadata, ElementsAre(Pair("", 1)));
}

TEST_F(Sharded, TakesTheTotalSizeForAdvice) {
  WriteShard("s.safetensors", {"a"});
  for (const char* metadata :
       {R"({"total_size":1})", R"({"total_size":"a"})", R"({"total_size":{"x":[null]}})", "{}"}) {
    const auto state_dict =
        ReadIndex(absl::StrCat(R"({"metadata":)", metadata, R"(,"weight_map":{"a":"s.safetensors"}})"));
    ASSERT_EQ(state_dict.status(), absl::OkStatus()) << metadata;
    EXPECT_THAT(KeysOf(state_dict->tensors), ElementsAre("a")) << metadata;
  }
  EXPECT_EQ(ReadIndex(R"({"weight_map":{"a":"s.safetensors"}})").status(), absl::OkStatus());
}

TEST_F(Sharded, KeepsTheShardsMappedAsLongAsATensorIsHeld) {
  WriteShard("s.safetensors", {"a"});
  const auto state_dict = ReadIndex(R"({"weight_map":{"a":"s.safetensors"}})");
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  std::filesystem::remove(directory_ / "s.safetensors");
  EXPECT_EQ(BytesOf(state_dict->tensors[0].second), "aaaa");
}

TEST_F(Sharded, RefusesFilesThatAreNotPlainNamesBesideTheIndex) {
  WriteShard("s.safetensors", {"a"});
  std::filesystem::create_directory(directory_ / "sub");
  WriteShard("sub/s.safetensors", {"a"});
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."),
        "../" + std::filesystem::path(directory_.path()).filename().string() + "/s.safetensors",
        std::string("sub/s.safetensors"), std::string("./s.safetensors"), directory_ / "s.safetensors",
        std::string("s.safetensors/"), std::string(R"(sub\\s.safetensors)"), std::string("s..safetensors"),
        std::string(R"(s\u0000.safetensors)"), std::string(R"(s.safetensors\u0000)"), std::string("passwd")}) {
    EXPECT_THAT(ErrorOf(absl::StrCat(R"({"weight_map":{"a":")", name, "\"}}")),
                testing::StartsWith(R"(weight_map: "a": not a plain file name (got ")"))
        << name;
  }
}

TEST_F(Sharded, RefusesATensorThatIsNotInItsShard) {
  WriteShard("1.safetensors", {"a"});
  WriteShard("2.safetensors", {"b"});
  EXPECT_EQ(ErrorOf(R"({"weight_map":{"a":"2.safetensors","b":"1.safetensors"}})"),
            R"(weight_map: "a": it is not in "2.safetensors")");
  EXPECT_EQ(ErrorOf(R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"1.safetensors"}})"),
            R"(weight_map: "c": it is not in "1.safetensors")");
}

TEST_F(Sharded, RefusesATensorThatIsInTwoShards) {
  WriteShard("1.safetensors", {"a"});
  WriteShard("2.safetensors", {"b", "a"});
  EXPECT_EQ(ErrorOf(R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})"),
            R"("a": it is in two shards ("1.safetensors", "2.safetensors"))");
}

TEST_F(Sharded, RefusesATensorThatTheIndexLeavesOut) {
  WriteShard("1.safetensors", {"a", "b"});
  EXPECT_EQ(ErrorOf(R"({"weight_map":{"a":"1.safetensors"}})"), R"(weight_map: it leaves out "b" of "1.safetensors")");
}

TEST_F(Sharded, RefusesAShardThatIsMissing) {
  EXPECT_EQ(ErrorOf(R"({"weight_map":{"a":"1.safetensors"}})"), "1.safetensors: No such file or directory");
}

TEST_F(Sharded, RefusesAShardThatIsBroken) {
  directory_.Write("1.safetensors", "1234567");
  EXPECT_EQ(ErrorOf(R"({"weight_map":{"a":"1.safetensors"}})"),
            "1.safetensors: too short (got 7 bytes, want at least 8)");
}

TEST_F(Sharded, RefusesAnIndexOfAnotherForm) {
  EXPECT_EQ(ErrorOf(""), "not valid JSON at byte 1");
  EXPECT_EQ(ErrorOf("[]"), "not an object");
  EXPECT_EQ(ErrorOf("{}"), "weight_map: missing, or not an object");
  EXPECT_EQ(ErrorOf(R"({"weight_map":[]})"), "weight_map: missing, or not an object");
  EXPECT_EQ(ErrorOf(R"({"weight_map":{"a":1}})"), R"(weight_map: "a": not a string)");
  EXPECT_EQ(ErrorOf(R"({"weight_map":{"a":"1.safetensors","a":"2.safetensors"}})"), R"(duplicate key "a")");
  EXPECT_EQ(ErrorOf(R"({"weight_map":{},"metadata":[]})"), "metadata: not an object");
  EXPECT_EQ(ErrorOf(R"({"weight_map":{},"metadata":{"order":[]}})"), "metadata: order: not a string");
  EXPECT_EQ(ErrorOf(R"({"weight_map":{},"metadata":{"order":"{}"}})"), "metadata: order: not a list");
  EXPECT_EQ(ErrorOf(std::string(1'000'000, '[')), "nested more than 16 levels deep");
}

TEST_F(Sharded, RefusesAnIndexThatIsTooLarge) {
  const std::string path = directory_.Write("model.safetensors.index.json", "{}");
  std::filesystem::resize_file(path, (64 << 20) + 1);
  EXPECT_EQ(ReadSharded(path).status(),
            absl::InvalidArgumentError(
                "model.safetensors.index.json: too large (got 67108865 bytes, want at most 67108864)"));
}

TEST_F(Sharded, SaysThatThereIsNoIndex) {
  EXPECT_EQ(ReadSharded(directory_ / "none.json").status(),
            absl::NotFoundError("none.json: No such file or directory"));
}

}  // namespace
}  // namespace moduled::nn
