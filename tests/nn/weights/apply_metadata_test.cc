#include "nn/weights/apply_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using weights_testing::KeysOf;

const NamedTensorList& Stored() {
  static const NamedTensorList& tensors = *new NamedTensorList{
      {"b", Tensor::Scalar<float>(1)}, {"a", Tensor::Scalar<float>(2)}, {"pt", Tensor::Scalar<float>(3)}};
  return tensors;
}

absl::Status ErrorOf(const StringPairs& metadata) { return ApplyMetadata(Stored(), metadata).status(); }

TEST(ApplyMetadata, TakesTheTensorsAsTheyComeWithoutAnOrder) {
  const auto state_dict = ApplyMetadata(Stored(), {{"format", "pt"}});
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  EXPECT_THAT(KeysOf(state_dict->tensors), ElementsAre("b", "a", "pt"));
  EXPECT_THAT(state_dict->metadata, IsEmpty());
}

TEST(ApplyMetadata, GivesDroppedKeysTheTensorThatWasKept) {
  const auto state_dict = ApplyMetadata(Stored(), {{"tied", "a"}, {"head", "b"}});
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  ASSERT_THAT(KeysOf(state_dict->tensors), ElementsAre("b", "a", "pt", "tied", "head"));
  EXPECT_EQ(state_dict->tensors[3].second.data(), Stored()[1].second.data());
  EXPECT_EQ(state_dict->tensors[4].second.data(), Stored()[0].second.data());
}

TEST(ApplyMetadata, LeavesRemarksAlone) {
  const auto state_dict = ApplyMetadata(Stored(), {{"author", "Ada"}, {"a", "b"}, {"chain", "author"}});
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  EXPECT_THAT(KeysOf(state_dict->tensors), ElementsAre("b", "a", "pt"));
  EXPECT_EQ(state_dict->tensors[1].second.data(), Stored()[1].second.data()) << "a stored tensor is never an alias";
}

TEST(ApplyMetadata, PutsTheTensorsIntoTheOrder) {
  const auto state_dict = ApplyMetadata(Stored(), {{"order", R"(["a","tied","pt","b"])"}, {"tied", "b"}});
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  EXPECT_THAT(KeysOf(state_dict->tensors), ElementsAre("a", "tied", "pt", "b"));
}

TEST(ApplyMetadata, TakesAnAliasThatTheOrderLeavesOutForARemark) {
  const auto state_dict = ApplyMetadata(Stored(), {{"order", R"(["a","pt","b"])"}, {"best layer", "b"}});
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  EXPECT_THAT(KeysOf(state_dict->tensors), ElementsAre("a", "pt", "b"));
}

TEST(ApplyMetadata, ReadsTheVersionsInTheirOrder) {
  const auto state_dict = ApplyMetadata(
      Stored(),
      {{"torch_metadata", R"({"":{"version":1},"bn":{"version":2,"x":[]},"old":{},"none":{"version":null}})"}});
  ASSERT_EQ(state_dict.status(), absl::OkStatus());
  EXPECT_THAT(state_dict->metadata, ElementsAre(Pair("", 1), Pair("bn", 2)));
}

TEST(ApplyMetadata, RefusesAnOrderThatDoesNotNameEveryTensorOnce) {
  EXPECT_EQ(ErrorOf({{"order", R"(["a","b"])"}}), absl::InvalidArgumentError(R"(order: it leaves out "pt")"));
  EXPECT_EQ(ErrorOf({{"order", R"(["a","b","pt","a"])"}}), absl::InvalidArgumentError(R"(order: it names "a" twice)"));
  EXPECT_EQ(ErrorOf({{"order", R"(["a","b","pt","c"])"}}),
            absl::InvalidArgumentError(R"(order: there is no tensor "c")"));
}

TEST(ApplyMetadata, RefusesAnOrderOfAnotherForm) {
  EXPECT_EQ(ErrorOf({{"order", "{}"}}), absl::InvalidArgumentError("order: not a list"));
  EXPECT_EQ(ErrorOf({{"order", "[1]"}}), absl::InvalidArgumentError("order: a key that is not a string"));
  EXPECT_EQ(ErrorOf({{"order", "a, b"}}), absl::InvalidArgumentError("order: not valid JSON at byte 1"));
}

TEST(ApplyMetadata, RefusesVersionsOfAnotherForm) {
  EXPECT_EQ(ErrorOf({{"torch_metadata", "[]"}}), absl::InvalidArgumentError("torch_metadata: not an object"));
  EXPECT_EQ(ErrorOf({{"torch_metadata", "{"}}), absl::InvalidArgumentError("torch_metadata: not valid JSON at byte 2"));
  EXPECT_EQ(ErrorOf({{"torch_metadata", R"({"bn":2})"}}),
            absl::InvalidArgumentError(R"(torch_metadata: "bn": not an object)"));
  for (const char* version : {"\"2\"", "2.0", "18446744073709551615", "true"}) {
    EXPECT_EQ(ErrorOf({{"torch_metadata", absl::StrCat(R"({"bn":{"version":)", version, "}}")}}),
              absl::InvalidArgumentError(R"(torch_metadata: "bn": version: not a 64-bit integer)"));
  }
  EXPECT_EQ(ErrorOf({{"torch_metadata", R"({"bn":{},"bn":{}})"}}),
            absl::InvalidArgumentError(R"(torch_metadata: duplicate key "bn")"));
}

}  // namespace
}  // namespace moduled::nn
