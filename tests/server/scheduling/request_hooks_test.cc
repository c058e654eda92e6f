// What the hooks of a request change and answer: edits, transforms, single calls.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/server/scheduling/local_inference_fixture.h"

namespace moduled::server {
namespace {

using contract::Edit;
using contract::Hook;
using contract::HookKind;
using contract::ReduceStep;
using contract::SelectorKind;
using contract::SliceStep;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using RequestHooksTest = LocalInferenceTest;

Hook At(const std::string& path, HookKind kind = HookKind::kForward) { return {SelectorKind::kPath, path, kind}; }

Hook Editing(Hook hook, Edit edit) {
  hook.edits.push_back(std::move(edit));
  return hook;
}

Hook Transformed(Hook hook, contract::TransformStep step) {
  hook.transform.push_back(std::move(step));
  return hook;
}

TEST_F(RequestHooksTest, EditsAreSeenBehindThemAndByNoOtherRequest) {
  const std::vector<float> before = Floats(Forward(Call("net"))->output);
  const nn::Tensor given = nn::Tensor::Of<float>({1, 2}, {4, -5});
  const auto edited = Forward(Call("net", {Editing(At("fc"), {.action = Edit::Replace{given}}), At(":relu")}));
  ASSERT_TRUE(edited.ok()) << edited.status();
  EXPECT_THAT(Floats(edited->output), ElementsAre(8, 0));
  ASSERT_THAT(PathsOf(edited->events), ElementsAre("fc", ":relu"));
  EXPECT_THAT(Floats(*edited->events[0].output), ElementsAre(4, -5)) << "the value as the edit left it";
  EXPECT_EQ(edited->events[1].type, "relu");
  EXPECT_THAT(Floats(*edited->events[1].output), ElementsAre(4, 0));
  EXPECT_EQ(Floats(Forward(Call("net"))->output), before);
}

TEST_F(RequestHooksTest, AppliesEditsInTheirOrder) {
  Hook hook = At("fc");
  hook.edits = {{.action = Edit::Replace{nn::Tensor::Of<float>({1, 2}, {1, 2})}},
                {.action = Edit::Add{{nn::Tensor::Of<float>({2}, {10, 20})}}},
                {.action = Edit::Scale{{3.0}}},
                {.action = Edit::Clamp{.max = 50}}};
  EXPECT_THAT(Floats(Forward(Call("net", {hook, Editing(At("fc"), {.action = Edit::Scale{{2.0}}})}))->output),
              ElementsAre(2 * 2 * 33, 2 * 2 * 50));
}

TEST_F(RequestHooksTest, EditsTheArgumentsOfFunctionsAndModules) {
  const auto by_node = Forward(Call("net", {Editing(At(":mul", HookKind::kForwardPre), {.action = Edit::Zero{}})}));
  ASSERT_TRUE(by_node.ok()) << by_node.status();
  EXPECT_THAT(Floats(by_node->output), ElementsAre(0, 0));
  const auto by_glob = Forward(
      Call("net", {Editing({SelectorKind::kGlob, "**", HookKind::kForwardPre}, {.action = Edit::Zero{}, .leaf = 0})}));
  ASSERT_TRUE(by_glob.ok()) << by_glob.status();
  EXPECT_THAT(PathsOf(by_glob->unfired), ElementsAre("loss")) << "an edit that meets nothing is no error";
}

TEST_F(RequestHooksTest, RefusesEditsThatDoNotFit) {
  const auto error = [&](Edit edit) {
    const absl::Status status = Forward(Call("net", {Editing(At("fc"), std::move(edit))})).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(error({.action = Edit::Replace{nn::Tensor::Of<float>({2}, {1, 2})}}), HasSubstr("edit of fc"));
  EXPECT_THAT(error({.action = Edit::Scale{{nn::Tensor::Of<double>({}, {2})}}}), HasSubstr("edit of fc"));
  EXPECT_THAT(error({.action = Edit::Zero{}, .leaf = 1}), HasSubstr("there is no such tensor in the value"));
  EXPECT_EQ(error({.action = Edit::Clamp{}}),
            "hooks[0].edits[0].clamp: torch.clamp: At least one of 'min' or 'max' must not be None");
  EXPECT_EQ(error({.action = Edit::Zero{}, .leaf = 0xffffffff}),
            "hooks[0].edits[0].leaf: no value has so many tensors (got 4294967295)");
}

TEST_F(RequestHooksTest, RefusesMoreEditsThanAGraphShouldHold) {
  Hook hook{SelectorKind::kGlob, "**", HookKind::kForward};
  hook.edits.assign(64, {});
  EXPECT_EQ(Forward(Call("net", std::vector<Hook>(64, hook))).status().message(),
            "hooks: too many edits of too many modules (want at most 4096 in all)");
}

TEST_F(RequestHooksTest, DoesNotSendEditsBack) {
  const auto reply = Forward(Call("net", {Editing(At("loss"), {.action = Edit::Zero{}})}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_EQ(reply->unfired.size(), 1u);
  EXPECT_EQ(reply->unfired[0].hook, At("loss"));
}

TEST_F(RequestHooksTest, GivesEachTransformAnEventOfItsOwn) {
  const auto reply = Forward(Call("net", {At("fc"), Transformed(At("fc"), ReduceStep{.op = ReduceStep::Op::kSum}),
                                          At("fc"), Transformed(At("fc"), SliceStep{{{}, {.stop = 1}}}), At("")}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_THAT(PathsOf(reply->events), ElementsAre("fc", "fc", "fc", ""));
  const contract::HookEvent& sum = reply->events[0];
  EXPECT_EQ(sum.hook, 1u);
  EXPECT_THAT(sum.inputs, IsEmpty());
  EXPECT_EQ(sum.output->As<nn::Tensor>()->shape(), nn::Shape());
  EXPECT_EQ(reply->events[1].hook, 3u);
  EXPECT_EQ(reply->events[1].output->As<nn::Tensor>()->shape(), (nn::Shape{1, 1}));
  const contract::HookEvent& shared = reply->events[2];
  EXPECT_EQ(shared.hook, std::nullopt);
  EXPECT_EQ(shared.output->As<nn::Tensor>()->shape(), (nn::Shape{1, 2}));
  EXPECT_THAT(Floats(*sum.output),
              ElementsAre(::testing::FloatEq(Floats(*shared.output)[0] + Floats(*shared.output)[1])));
  for (size_t i = 0; i < reply->events.size(); ++i) EXPECT_EQ(reply->events[i].sequence, i);
  EXPECT_THAT(reply->unfired, IsEmpty());
}

TEST_F(RequestHooksTest, StreamsTransformedEventsBeforeItIsDone) {
  std::vector<std::string> seen;
  absl::Notification done;
  inference_.ForwardStream(
      Call("net", {Transformed({SelectorKind::kGlob, "**", HookKind::kForward}, ReduceStep{})}),
      [&](contract::HookEvent event) {
        seen.push_back(absl::StrCat(event.path, " ", event.output->As<nn::Tensor>()->numel()));
      },
      [&](absl::StatusOr<contract::ForwardReply> reply) {
        EXPECT_TRUE(reply.ok()) << reply.status();
        done.Notify();
      });
  done.WaitForNotification();
  EXPECT_THAT(seen, ElementsAre("fc 1", " 1"));
}

TEST_F(RequestHooksTest, NamesTheTransformStepThatDoesNotFit) {
  EXPECT_EQ(Forward(Call("net", {At("fc"), Transformed(At("fc"), ReduceStep{.dims = {5}})})).status(),
            absl::InvalidArgumentError("hooks[1].transform[0]: Dimension out of range (expected to be in range of "
                                       "[-2, 1], but got 5) (at fc)"));
  EXPECT_EQ(Forward(Call("net", {Transformed(At("fc"), SliceStep{{{.step = 0}}})})).status(),
            absl::InvalidArgumentError("hooks[0].transform[0].slice.dims[0].step: slice step cannot be zero (got 0)"));
  EXPECT_TRUE(Forward(Call("net")).ok()) << "nothing else is disturbed";
}

TEST_F(RequestHooksTest, SeesOneCallOfAModuleAlone) {
  Hook second = At("a");
  second.call_index = 1;
  Hook third = At("a");
  third.call_index = 2;
  const auto reply = Forward(Call("shared", {second, third}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_THAT(PathsOf(reply->events), ElementsAre("a"));
  EXPECT_EQ(reply->events[0].call_index, 1u);
  ASSERT_EQ(reply->unfired.size(), 1u);
  EXPECT_EQ(reply->unfired[0].reason, "no such call: it was called 2 times");
}

TEST_F(RequestHooksTest, EditsOneCallOfAModuleAlone) {
  Hook first = Editing(At("a"), {.action = Edit::Zero{}});
  first.call_index = 0;
  const auto reply = Forward(Call("shared", {first, At("a")}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(Floats(*reply->events.at(0).output), Each(0));
  EXPECT_EQ(Floats(*reply->events.at(1).output), Parameter("shared", "a.bias"));
}

TEST_F(RequestHooksTest, SubscribersGetTheirTransforms) {
  const auto subscription =
      hub_.Subscribe({.model = {"net", ""}, .hooks = {Transformed(At("fc"), ReduceStep{}), At("fc")}});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  ASSERT_TRUE(Forward(Call("net")).ok());
  const auto own = *(*subscription)->Next(absl::InfiniteFuture());
  EXPECT_EQ(own->hook, 0u);
  EXPECT_EQ(own->output->As<nn::Tensor>()->numel(), 1);
  const auto shared = *(*subscription)->Next(absl::InfiniteFuture());
  EXPECT_EQ(shared->hook, std::nullopt);
  EXPECT_EQ(shared->output->As<nn::Tensor>()->numel(), 2);
}

}  // namespace
}  // namespace moduled::server
