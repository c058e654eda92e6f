// Round trips of the messages that are more than a tensor, and what their decoders refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/contract/codec/admin_codec.h"
#include "proto/contract/codec/hooks_codec.h"
#include "proto/contract/codec/inference_codec.h"
#include "proto/contract/codec/introspection_codec.h"
#include "proto/contract/codec/parse.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<Hook> kHooks = {{SelectorKind::kPath, "", HookKind::kForwardPre},
                                  {SelectorKind::kGlob, "layer1.*", HookKind::kForward},
                                  {SelectorKind::kRegex, "l.*", HookKind::kForward},
                                  {SelectorKind::kType, "Conv2d", HookKind::kForwardPre}};

HookEvent SomeEvent() {
  return {.model = {"m", "2"},
          .replica = "r",
          .request_id = "q",
          .path = "a.b",
          .called_as = "c",
          .type = "ReLU",
          .call_index = 3,
          .kind = HookKind::kForward,
          .inputs = {nn::Datum(nn::Tensor::Of<float>({2}, {1, 2}))},
          .kwargs = {{"k", nn::Datum(5)}},
          .output = nn::Datum(),
          .sequence = 9,
          .dropped = 4};
}

TEST(HooksCodec, KeepsHooksOfEveryKind) {
  v1::SubscribeRequest message;
  Encode({.model = {"m", ""}, .hooks = kHooks, .queue_size = 7}, message);
  const auto call = Decode(message);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->hooks, kHooks);
  EXPECT_EQ(call->queue_size, 7u);
  EXPECT_EQ(call->model.name, "m");
}

TEST(HooksCodec, TakesAnUnsetKindForForwardAndAnUnsetQueueForTheDefault) {
  v1::SubscribeRequest message;
  message.add_hooks()->set_path("a");
  const auto call = Decode(message);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->hooks[0].kind, HookKind::kForward);
  EXPECT_EQ(call->queue_size, SubscribeCall().queue_size);
}

TEST(HooksCodec, SaysWhichHookIsWrong) {
  v1::SubscribeRequest message;
  message.add_hooks()->set_path("a");
  message.add_hooks();
  EXPECT_EQ(Decode(message).status().message(), "hooks[1].selector: not set (want path, glob, regex or type)");
  message.mutable_hooks(1)->set_glob("*");
  message.mutable_hooks(1)->set_kind(static_cast<v1::HookKind>(77));
  EXPECT_EQ(Decode(message).status().message(), "hooks[1].kind: unknown kind (got 77, want FORWARD_PRE or FORWARD)");
}

TEST(HooksCodec, RefusesMoreHooksThanOneMessageMayHave) {
  v1::SubscribeRequest message;
  for (int i = 0; i <= kMaxHooks; ++i) message.add_hooks()->set_path("a");
  EXPECT_EQ(Decode(message).status().message(), "hooks: too many (got 1025, want at most 1024)");
}

TEST(HooksCodec, KeepsAnEventAndTellsNoneFromNoOutput) {
  for (const bool has_output : {true, false}) {
    HookEvent event = SomeEvent();
    if (!has_output) event.output.reset();
    v1::HookEvent message;
    ASSERT_TRUE(EncodeEvent(event, message).ok());
    const auto decoded = DecodeEvent(std::move(message));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->model, event.model);
    EXPECT_EQ(decoded->replica, "r");
    EXPECT_EQ(decoded->request_id, "q");
    EXPECT_EQ(decoded->path, "a.b");
    EXPECT_EQ(decoded->called_as, "c");
    EXPECT_EQ(decoded->type, "ReLU");
    EXPECT_EQ(decoded->call_index, 3u);
    EXPECT_EQ(decoded->sequence, 9u);
    EXPECT_EQ(decoded->dropped, 4u);
    EXPECT_THAT(decoded->inputs.at(0).As<nn::Tensor>()->elements<float>(), ElementsAre(1, 2));
    EXPECT_EQ(*decoded->kwargs.at(0).second.As<int64_t>(), 5);
    EXPECT_EQ(decoded->output.has_value(), has_output);
  }
}

TEST(InferenceCodec, KeepsACall) {
  ForwardCall call;
  call.model = {"m", "1"};
  call.arguments = {{nn::Datum(nn::Tensor::Of<float>({1}, {4}))}, {{"flag", nn::Datum(true)}}};
  call.hooks = kHooks;
  call.request_id = "id";
  v1::ForwardRequest message;
  ASSERT_TRUE(Encode(call, message).ok());
  const auto decoded = Decode(std::move(message));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->model, call.model);
  EXPECT_EQ(decoded->hooks, kHooks);
  EXPECT_EQ(decoded->request_id, "id");
  EXPECT_THAT(decoded->arguments.args.at(0).As<nn::Tensor>()->elements<float>(), ElementsAre(4));
  EXPECT_EQ(decoded->arguments.kwargs.at(0).first, "flag");
}

TEST(InferenceCodec, NamesTheInputThatIsWrong) {
  v1::ForwardRequest message;
  message.add_inputs()->set_int_(1);
  v1::Tensor& tensor = *message.add_inputs()->mutable_tensor();
  tensor.set_dtype(v1::FLOAT32);
  tensor.add_shape(1);
  tensor.add_shape(3);
  tensor.set_data(std::string(11, '\0'));
  EXPECT_EQ(Decode(std::move(message)).status().message(),
            "inputs[1].tensor.data: wrong number of bytes for float32[1, 3] (got 11, want 12)");
}

TEST(InferenceCodec, KeepsAReply) {
  const ForwardReply reply{.model = {"m", "1"},
                           .request_id = "id",
                           .output = nn::Datum(nn::Datum::Tuple{{nn::Datum(1.5)}}),
                           .events = {SomeEvent()},
                           .unfired = {{kHooks[1], "layer1.x", "never called"}}};
  v1::ForwardResponse message;
  ASSERT_TRUE(Encode(reply, message).ok());
  const auto decoded = Decode(std::move(message));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded->output.Items()->at(0).As<double>(), 1.5);
  EXPECT_EQ(decoded->events.at(0).path, "a.b");
  EXPECT_EQ(decoded->unfired.at(0).hook, kHooks[1]);
  EXPECT_EQ(decoded->unfired.at(0).reason, "never called");
}

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
