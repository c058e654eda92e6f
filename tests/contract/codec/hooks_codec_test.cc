#include "proto/contract/codec/hooks_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "proto/contract/codec/edit_codec.h"
#include "proto/contract/codec/event_codec.h"
#include "proto/contract/codec/transform_codec.h"
#include "tests/contract/codec/example_hooks.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(v1::SubscribeRequest message) { return std::string(Decode(std::move(message)).status().message()); }

// What is wrong with a request whose only hook selects "a" and is otherwise what `fill` makes of it.
template <class Fill>
std::string HookError(Fill fill) {
  v1::SubscribeRequest message;
  message.add_hooks()->set_path("a");
  fill(*message.mutable_hooks(0));
  return ErrorOf(std::move(message));
}

TEST(HooksCodec, KeepsHooksWithEverythingThatTheyCanHave) {
  v1::SubscribeRequest message;
  Encode({.model = {"m", ""}, .hooks = ExampleHooks(), .queue_size = 7}, message);
  const auto call = Decode(std::move(message));
  ASSERT_TRUE(call.ok()) << call.status();
  ASSERT_EQ(call->hooks.size(), ExampleHooks().size());
  for (size_t i = 0; i < call->hooks.size(); ++i) EXPECT_EQ(call->hooks[i], ExampleHooks()[i]) << i;
  EXPECT_EQ(call->queue_size, 7u);
  EXPECT_EQ(call->model.name, "m");
}

TEST(HooksCodec, TakesAnUnsetKindForForwardAndAnUnsetQueueForTheDefault) {
  v1::SubscribeRequest message;
  message.add_hooks()->set_path("a");
  const auto call = Decode(std::move(message));
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->hooks[0], (Hook{SelectorKind::kPath, "a", HookKind::kForward}));
  EXPECT_EQ(call->queue_size, SubscribeCall().queue_size);
}

TEST(HooksCodec, SaysWhichHookIsWrong) {
  v1::SubscribeRequest message;
  message.add_hooks()->set_path("a");
  message.add_hooks();
  EXPECT_EQ(ErrorOf(message), "hooks[1].selector: not set (want path, glob, regex or type)");
  message.mutable_hooks(1)->set_glob("*");
  message.mutable_hooks(1)->set_kind(static_cast<v1::HookKind>(77));
  EXPECT_THAT(ErrorOf(message), HasSubstr("hooks[1].kind: unknown kind (got 77, want FORWARD_PRE, FORWARD, FULL_"));
}

TEST(HooksCodec, RefusesMoreHooksThanOneMessageMayHave) {
  v1::SubscribeRequest message;
  for (int i = 0; i <= kMaxHooks; ++i) message.add_hooks()->set_path("a");
  EXPECT_EQ(ErrorOf(message), "hooks: too many (got 1025, want at most 1024)");
}

TEST(HooksCodec, RefusesTransformStepsThatAreNone) {
  EXPECT_EQ(HookError([](v1::Hook& hook) { hook.add_transform(); }),
            "hooks[0].transform[0]: not set (want slice, reduce or cast)");
  EXPECT_EQ(HookError([](v1::Hook& hook) {
              hook.add_transform()->mutable_slice();
              hook.add_transform()->mutable_reduce();
            }),
            "hooks[0].transform[1].reduce.op: not set (want MEAN, SUM, MAX, ...)");
  EXPECT_EQ(HookError([](v1::Hook& hook) {
              hook.add_transform()->mutable_reduce()->set_op(static_cast<v1::ReduceStep::Op>(99));
            }),
            "hooks[0].transform[0].reduce.op: unknown operation (got 99)");
  EXPECT_EQ(HookError([](v1::Hook& hook) { hook.add_transform()->mutable_cast(); }),
            "hooks[0].transform[0].cast.dtype: not set (want FLOAT32, INT64, ...)");
  EXPECT_EQ(HookError([](v1::Hook& hook) {
              for (int i = 0; i <= kMaxTransformSteps; ++i) hook.add_transform()->mutable_slice();
            }),
            "hooks[0].transform: too many steps (got 17, want at most 16)");
}

TEST(HooksCodec, RefusesEditsThatAreNone) {
  EXPECT_EQ(HookError([](v1::Hook& hook) { hook.add_edits(); }),
            "hooks[0].edits[0]: not set (want replace, scale, add, zero, clamp or select)");
  EXPECT_EQ(HookError([](v1::Hook& hook) { hook.add_edits()->mutable_scale(); }),
            "hooks[0].edits[0].scale: not set (want scalar or tensor)");
  EXPECT_EQ(HookError([](v1::Hook& hook) { hook.add_edits()->set_zero(false); }),
            "hooks[0].edits[0].zero: false (want true, or another action)");
  EXPECT_EQ(HookError([](v1::Hook& hook) {
              v1::Tensor& tensor = *hook.add_edits()->mutable_add()->mutable_tensor();
              tensor.set_dtype(v1::FLOAT32);
              tensor.add_shape(int64_t{1} << 62);
              tensor.add_shape(int64_t{1} << 62);
            }),
            "hooks[0].edits[0].add.tensor.shape: too many elements (got [4611686018427387904, 4611686018427387904])");
  EXPECT_EQ(HookError([](v1::Hook& hook) {
              for (int i = 0; i <= kMaxEdits; ++i) hook.add_edits()->set_zero(true);
            }),
            "hooks[0].edits: too many (got 65, want at most 64)");
}

TEST(EventCodec, KeepsAnEventAndTellsNoneFromNoOutput) {
  for (const bool is_set : {true, false}) {
    HookEvent event = ExampleEvent();
    if (!is_set) {
      event.output.reset();
      event.hook.reset();
      event.legacy = false;
    }
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
    EXPECT_EQ(decoded->kind, HookKind::kFullBackward);
    EXPECT_EQ(decoded->sequence, 9u);
    EXPECT_EQ(decoded->dropped, 4u);
    EXPECT_THAT(decoded->inputs.at(0).As<nn::Tensor>()->elements<float>(), ElementsAre(1, 2));
    EXPECT_EQ(*decoded->kwargs.at(0).second.As<int64_t>(), 5);
    EXPECT_TRUE(decoded->grad_input.at(0).IsNone());
    EXPECT_THAT(decoded->grad_input.at(1).As<nn::Tensor>()->elements<float>(), ElementsAre(7));
    EXPECT_THAT(decoded->grad_output.at(0).As<nn::Tensor>()->elements<float>(), ElementsAre(8));
    EXPECT_EQ(decoded->output.has_value(), is_set);
    EXPECT_EQ(decoded->hook.has_value(), is_set);
    EXPECT_EQ(decoded->legacy, is_set);
  }
}

TEST(EventCodec, KeepsEveryKind) {
  for (const HookKind kind : kAllHookKinds) {
    HookEvent event;
    event.kind = kind;
    v1::HookEvent message;
    ASSERT_TRUE(EncodeEvent(event, message).ok());
    EXPECT_EQ(DecodeEvent(std::move(message))->kind, kind) << Name(kind);
  }
}

}  // namespace
}  // namespace moduled::contract
