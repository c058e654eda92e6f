#include "nn/modules/state_dict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/modules/test_modules.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> Keys(const StateDict& state_dict) {
  std::vector<std::string> keys;
  for (const auto& [key, tensor] : state_dict.tensors) keys.push_back(key);
  return keys;
}

StateDict Affines(float weight, float bias) {
  return {{{"weight", Tensor::Of<float>({1}, {weight})}, {"bias", Tensor::Of<float>({1}, {bias})}}, {}};
}

float First(const Module& module, const std::string& name) {
  return (*module.get_parameter(name))->data.elements<float>()[0];
}

TEST(StateDict, GoesModuleByModuleWithoutRemovingDuplicates) {
  const auto shared = std::make_shared<Affine>();
  const auto tree = MakeSequential({shared, std::make_shared<Counting>(), shared});
  const StateDict state_dict = GetStateDict(*tree);
  EXPECT_THAT(Keys(state_dict), ElementsAre("0.weight", "0.bias", "1.num_batches_tracked", "2.weight", "2.bias"));
  EXPECT_TRUE(state_dict.tensors[0].second.SharesStorageWith(state_dict.tensors[3].second));
  EXPECT_THAT(state_dict.metadata, ElementsAre(Pair("", 1), Pair("0", 1), Pair("1", 2), Pair("2", 1)));
}

TEST(StateDict, LeavesOutNoneAndBuffersThatDoNotPersist) {
  Affine module(1, /*bias=*/false);
  auto buffer = std::make_shared<Buffer>();
  buffer->persistent = false;
  ASSERT_TRUE(module.RegisterBuffer("position", buffer).ok());
  EXPECT_THAT(Keys(GetStateDict(module)), ElementsAre("weight"));
}

TEST(LoadStateDict, ReplacesEveryTensor) {
  Affine module;
  const IncompatibleKeys keys = *LoadStateDict(module, Affines(5, 6));
  EXPECT_THAT(keys.missing_keys, IsEmpty());
  EXPECT_THAT(keys.unexpected_keys, IsEmpty());
  EXPECT_EQ(First(module, "weight"), 5);
  EXPECT_EQ(First(module, "bias"), 6);
}

TEST(LoadStateDict, ReportsEverythingAtOnceInTorchsWords) {
  const auto tree = MakeSequential({std::make_shared<Affine>(), std::make_shared<Affine>(1, true, 3)});
  StateDict state_dict = GetStateDict(*tree);
  state_dict.tensors.erase(state_dict.tensors.begin() + 1);          // 0.bias
  state_dict.tensors[1].second = Tensor::Of<float>({2, 1}, {1, 2});  // 1.weight
  state_dict.tensors.emplace_back("foo", Tensor::Scalar<float>(1));
  state_dict.tensors.emplace_back("0.bar", Tensor::Scalar<float>(1));
  const absl::Status status = LoadStateDict(*tree, state_dict).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()),
            "Error(s) in loading state_dict for Sequential:\n"
            "\tMissing key(s) in state_dict: \"0.bias\". \n"
            "\tUnexpected key(s) in state_dict: \"foo\", \"0.bar\". \n"
            "\tsize mismatch for 1.weight: copying a param with shape torch.Size([2, 1]) from checkpoint, the shape in "
            "current model is torch.Size([3]).");
}

TEST(LoadStateDict, ChangesNothingWhenItFails) {
  Affine module(2);
  StateDict wrong = Affines(5, 6);
  wrong.tensors[1].second = Tensor::Of<float>({2}, {0, 0});
  EXPECT_FALSE(LoadStateDict(module, wrong, /*strict=*/false).ok()) << "a wrong size is an error even if not strict";
  EXPECT_EQ(First(module, "weight"), 2);
}

TEST(LoadStateDict, ToleratesKeysWhenNotStrict) {
  Affine module;
  StateDict other = Affines(5, 6);
  other.tensors[1].first = "foo";
  const IncompatibleKeys keys = *LoadStateDict(module, other, /*strict=*/false);
  EXPECT_THAT(keys.missing_keys, ElementsAre("bias"));
  EXPECT_THAT(keys.unexpected_keys, ElementsAre("foo"));
  EXPECT_EQ(First(module, "weight"), 5);
}

TEST(LoadStateDict, DoesNotExpectAKeyForASlotOfNone) {
  Affine module(1, /*bias=*/false);
  const absl::Status status = LoadStateDict(module, Affines(1, 1)).status();
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("Unexpected key(s) in state_dict: \"bias\""));
}

TEST(LoadStateDict, KeepsTheModulesOwnType) {
  Affine module;
  StateDict doubles = Affines(0, 0);
  doubles.tensors[0].second = Tensor::Of<double>({1}, {2.5});
  ASSERT_TRUE(LoadStateDict(module, doubles).ok());
  EXPECT_EQ((*module.get_parameter("weight"))->data.dtype(), DType::kFloat32);
  EXPECT_EQ(First(module, "weight"), 2.5f);
}

TEST(LoadStateDict, TakesAOneElementTensorForAScalar) {
  Counting module;
  ASSERT_TRUE(LoadStateDict(module, {{{"num_batches_tracked", Tensor::Of<int64_t>({1}, {3})}}, {}}).ok());
  EXPECT_EQ((*module.get_buffer("num_batches_tracked"))->data.elements<int64_t>()[0], 3);
}

TEST(LoadStateDict, CountsBatchesFromZeroForStatesOlderThanVersionTwo) {
  Counting plain;
  EXPECT_TRUE(LoadStateDict(plain, {}).ok());
  EXPECT_EQ((*plain.get_buffer("num_batches_tracked"))->data.elements<int64_t>()[0], 0);
  Counting old;
  EXPECT_TRUE(LoadStateDict(old, {{}, {{"", 1}}}).ok());
  Counting current;
  EXPECT_FALSE(LoadStateDict(current, {{}, {{"", 2}}}).ok()) << "version 2 has the key";
}

TEST(LoadStateDict, LoadsTiedWeightsUnderEachOfTheirNames) {
  const auto shared = std::make_shared<Affine>();
  const auto tree = MakeSequential({shared, shared});
  StateDict state_dict = GetStateDict(*tree);
  for (auto& [key, tensor] : state_dict.tensors) tensor = Tensor::Of<float>({1}, {9});
  ASSERT_TRUE(LoadStateDict(*tree, state_dict).ok());
  EXPECT_EQ(First(*tree, "1.weight"), 9);
}

}  // namespace
}  // namespace moduled::nn
