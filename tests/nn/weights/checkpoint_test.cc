#include "nn/weights/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::Pair;
using weights_testing::ElementsOf;
using weights_testing::FileOf;
using weights_testing::KeysOf;
using weights_testing::TemporaryDirectory;

constexpr char kOneTensor[] = R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})";

TEST(Checkpoint, ReadsWhatItWrote) {
  const TemporaryDirectory directory;
  const Tensor shared = Tensor::Of<float>({2}, {1, 2});
  ASSERT_EQ(WriteCheckpoint(directory.path(), {{{"z", shared}, {"a", shared}}, {{"", 1}, {"bn", 2}}}),
            absl::OkStatus());
  const auto state_dict = ReadCheckpoint(directory.path());
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  ASSERT_THAT(KeysOf(state_dict->tensors), ElementsAre("z", "a"));
  EXPECT_THAT(ElementsOf<float>(state_dict->tensors[1].second), ElementsAre(1, 2));
  EXPECT_THAT(state_dict->metadata, ElementsAre(Pair("", 1), Pair("bn", 2)));
}

TEST(Checkpoint, ReadsAnIndexWithItsShards) {
  const TemporaryDirectory directory;
  directory.Write("s.safetensors", FileOf(kOneTensor));
  directory.Write("model.safetensors.index.json", R"({"weight_map":{"a":"s.safetensors"}})");
  const auto state_dict = ReadCheckpoint(directory.path());
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  EXPECT_THAT(KeysOf(state_dict->tensors), ElementsAre("a"));
}

TEST(Checkpoint, PrefersTheSingleFile) {
  const TemporaryDirectory directory;
  directory.Write("model.safetensors", FileOf(kOneTensor));
  directory.Write("model.safetensors.index.json", "not read");
  EXPECT_EQ(ReadCheckpoint(directory.path()).status(), absl::OkStatus());
}

TEST(Checkpoint, SaysThatThereIsNeither) {
  const TemporaryDirectory directory;
  const absl::Status want = absl::NotFoundError("there is neither model.safetensors nor model.safetensors.index.json");
  EXPECT_EQ(ReadCheckpoint(directory.path()).status(), want);
  EXPECT_EQ(ReadCheckpoint(directory / "none").status(), want);
}

TEST(Checkpoint, DoesNotTakeALinkToNothingForNoWeights) {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink("nothing", directory / "model.safetensors");
  EXPECT_EQ(ReadCheckpoint(directory.path()).status(),
            absl::InvalidArgumentError("model.safetensors: No such file or directory"));
}

TEST(Checkpoint, DoesNotTakeAMissingShardForNoWeights) {
  const TemporaryDirectory directory;
  directory.Write("model.safetensors.index.json", R"({"weight_map":{"a":"s.safetensors"}})");
  EXPECT_EQ(ReadCheckpoint(directory.path()).status(),
            absl::InvalidArgumentError("model.safetensors.index.json: s.safetensors: No such file or directory"));
}

TEST(Checkpoint, NamesTheFileThatIsWrong) {
  const TemporaryDirectory directory;
  directory.Write("model.safetensors", FileOf("{"));
  EXPECT_EQ(ReadCheckpoint(directory.path()).status(),
            absl::InvalidArgumentError("model.safetensors: header: not valid JSON at byte 2"));
  directory.Write("model.safetensors", FileOf(R"({"__metadata__":{"order":"[\"a\"]"}})"));
  EXPECT_EQ(ReadCheckpoint(directory.path()).status(),
            absl::InvalidArgumentError(R"(model.safetensors: __metadata__: order: there is no tensor "a")"));
}

}  // namespace
}  // namespace moduled::nn
