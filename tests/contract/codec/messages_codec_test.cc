// Round trips of the messages of Introspection and Admin, and what their decoders refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "proto/contract/codec/admin_codec.h"
#include "proto/contract/codec/introspection_codec.h"
#include "proto/contract/codec/parse.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(IntrospectionCodec, KeepsTheStatesOfModels) {
  const std::vector<ModelStatus> models = {{{"a", "1"}, ModelState::kReady, ""},
                                           {{"a", "2"}, ModelState::kLoading, ""},
                                           {{"b", ""}, ModelState::kUnavailable, "has no versions"},
                                           {{"c", "3"}, ModelState::kUnloading, ""}};
  v1::ListModelsResponse message;
  Encode(models, message);
  const auto decoded = Decode(message);
  ASSERT_EQ(decoded.size(), models.size());
  for (size_t i = 0; i < models.size(); ++i) {
    EXPECT_EQ(decoded[i].model, models[i].model);
    EXPECT_EQ(decoded[i].state, models[i].state);
    EXPECT_EQ(decoded[i].reason, models[i].reason);
  }
}

TEST(IntrospectionCodec, KeepsHowAModelComputes) {
  for (const Precision precision : {Precision::kExact, Precision::kDefault, Precision::kFast}) {
    v1::DescribeModelResponse message;
    ASSERT_TRUE(
        Encode(ModelDetails{.model = {"m", "1"}, .description = {}, .repr = {}, .precision = precision}, message).ok());
    EXPECT_EQ(Decode(message).precision, precision);
    EXPECT_EQ(Decode(message).deviation, std::nullopt);
  }
  v1::DescribeModelResponse message;
  ASSERT_TRUE(Encode(ModelDetails{.model = {"m", "1"}, .description = {}, .repr = {}, .deviation = 0.0}, message).ok());
  EXPECT_EQ(Decode(message).deviation, 0.0) << "which is another than unset";
  EXPECT_EQ(Decode(v1::DescribeModelResponse()).precision, Precision::kDefault) << "an older server's";
}

TEST(IntrospectionCodec, KeepsModulesParametersAndBuffers) {
  v1::NamedModulesResponse modules;
  Encode(Listing<ModuleInfo>{{"m", "1"}, {{"a", "Linear", "in=1", true, 6, {"x", "y"}}}}, modules);
  const ModuleInfo module = Decode(modules).items.at(0);
  EXPECT_EQ(module.path, "a");
  EXPECT_EQ(module.type, "Linear");
  EXPECT_EQ(module.extra_repr, "in=1");
  EXPECT_TRUE(module.training);
  EXPECT_EQ(module.parameter_count, 6);
  EXPECT_THAT(module.children, ElementsAre("x", "y"));

  v1::NamedParametersResponse parameters;
  Encode(Listing<ParameterInfo>{{"m", "1"}, {{"w", {nn::DType::kFloat64, {2, 3}}, false}}}, parameters);
  const ParameterInfo parameter = Decode(parameters)->items.at(0);
  EXPECT_EQ(parameter.path, "w");
  EXPECT_EQ(parameter.tensor, (nn::TensorSpec{nn::DType::kFloat64, {2, 3}}));
  EXPECT_FALSE(parameter.requires_grad);

  v1::NamedBuffersResponse buffers;
  Encode(Listing<BufferInfo>{{"m", "1"}, {{"b", {nn::DType::kInt64, {}}, false}}}, buffers);
  const BufferInfo buffer = Decode(buffers)->items.at(0);
  EXPECT_EQ(buffer.tensor, (nn::TensorSpec{nn::DType::kInt64, {}}));
  EXPECT_FALSE(buffer.persistent);
}

TEST(IntrospectionCodec, GivesOptionsThatAreNotSetTorchsDefaults) {
  v1::NamedParametersRequest request;
  EXPECT_TRUE(DecodeListOptions(request).recurse);
  EXPECT_TRUE(DecodeListOptions(request).remove_duplicate);
  EncodeListOptions({.recurse = false, .remove_duplicate = false}, request);
  EXPECT_FALSE(DecodeListOptions(request).recurse);
  EXPECT_FALSE(DecodeListOptions(request).remove_duplicate);
}

TEST(AdminCodec, KeepsTheCallsAndTheirReplies) {
  v1::ModuleDescription description;
  description.mutable_linear()->set_in_features(3);
  v1::LoadModelRequest load;
  ASSERT_TRUE(Encode({.model = {"m", ""}, .description = description.SerializeAsString(), .seed = 11}, load).ok());
  const LoadModelCall call = Decode(load);
  EXPECT_EQ(call.model.name, "m");
  EXPECT_EQ(call.description, description.SerializeAsString());
  EXPECT_EQ(call.seed, 11u);

  v1::LoadStateDictOptions options;
  EXPECT_TRUE(Decode(options).strict);
  Encode(LoadStateDictCall{.model = {"m", "4"}, .state_dict = {}, .strict = false}, options);
  EXPECT_FALSE(Decode(options).strict);
  EXPECT_EQ(Decode(options).model.version, "4");

  v1::LoadStateDictResponse response;
  Encode(LoadStateDictReply{{"m", "5"}, {"a"}, {"b", "c"}}, response);
  EXPECT_THAT(Decode(response).missing_keys, ElementsAre("a"));
  EXPECT_THAT(Decode(response).unexpected_keys, ElementsAre("b", "c"));
}

TEST(AdminCodec, RefusesADescriptionThatIsNone) {
  v1::LoadModelRequest message;
  const absl::Status status = Encode({.model = {"m", ""}, .description = "\xff\xff\xff"}, message);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("description: message: not a moduled.v1.ModuleDescription"));
}

// Children inside each other, as bytes: protobuf's own classes would recurse as deeply.
std::string NestedDescription(int depth) {
  std::string bytes;
  const auto wrap = [&bytes](char tag) {
    std::string length;
    for (size_t left = bytes.size(); true; left >>= 7) {
      length.push_back(static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0)));
      if (left <= 0x7f) break;
    }
    bytes = tag + length + bytes;
  };
  for (int i = 0; i < depth; ++i) {
    wrap(0x12);  // Child.module
    wrap(0x0a);  // ModuleDescription.children
  }
  return bytes;
}

TEST(ParseMessage, RefusesWhatNestsTooDeeplyForAStack) {
  v1::ModuleDescription description;
  EXPECT_TRUE(ParseMessage(NestedDescription(256), description).ok());
  EXPECT_EQ(ParseMessage(NestedDescription(10'000), description).code(), absl::StatusCode::kInvalidArgument);
}

TEST(ParseMessage, RefusesTruncatedBytes) {
  const std::string bytes = NestedDescription(3);
  v1::ModuleDescription description;
  EXPECT_EQ(ParseMessage(absl::string_view(bytes).substr(0, bytes.size() - 1), description).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace moduled::contract
