#include "tests/contract/suite/contract_test.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::Pointwise;

std::vector<float> Floats(const nn::Datum& datum) {
  const auto elements = datum.As<nn::Tensor>()->elements<float>();
  return {elements.begin(), elements.end()};
}

BackwardCall BackwardOf(const std::string& model, std::vector<Hook> hooks = {}) {
  BackwardCall call;
  call.model.name = model;
  call.arguments.args = {nn::Datum(nn::Tensor::Of<float>({1, 3}, {1, 2, 3}))};
  call.objective = OutputSum{};
  call.hooks = std::move(hooks);
  return call;
}

TEST_P(ContractTest, DifferentiatesAModel) {
  // y = relu(W x + b): where y > 0 the gradient of sum(y) is x for a row of W, and the sum of such rows for x.
  BackwardCall call = BackwardOf("tiny");
  call.request_id = "mine";
  const auto reply = BackwardAndWait(service_->inference(), std::move(call));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->model, (ModelRef{"tiny", "1"}));
  EXPECT_EQ(reply->request_id, "mine");
  const std::vector<float> y = Floats(reply->output);
  const std::vector<float> w = Floats(nn::Datum(introspection().GetParameter({"tiny", ""}, "0.weight")->tensor));
  std::vector<float> grad_x(3, 0);
  std::vector<float> grad_w;
  for (int row = 0; row < 2; ++row) {
    for (int i = 0; i < 3; ++i) {
      grad_x[i] += y[row] > 0 ? w[row * 3 + i] : 0;
      grad_w.push_back(y[row] > 0 ? static_cast<float>(i + 1) : 0);
    }
  }
  EXPECT_THAT(Floats(reply->grad_inputs.at(0)), Pointwise(FloatEq(), grad_x));
  ASSERT_EQ(reply->grad_parameters.size(), 2u);
  EXPECT_EQ(reply->grad_parameters[0].name, "0.weight");
  EXPECT_THAT(Floats(nn::Datum(*reply->grad_parameters[0].grad)), Pointwise(FloatEq(), grad_w));
}

TEST_P(ContractTest, ShowsWhatBackwardHooksSaw) {
  const auto reply = BackwardAndWait(service_->inference(),
                                     BackwardOf("shared", {{SelectorKind::kPath, "b", HookKind::kFullBackward},
                                                           {SelectorKind::kPath, "input:0", HookKind::kTensorGrad},
                                                           {SelectorKind::kPath, "idle", HookKind::kFullBackwardPre}}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_THAT(PathsOf(reply->events), ElementsAre("a", "a", "input:x"));
  EXPECT_EQ(reply->events[0].call_index, 1u) << "the last call comes first";
  EXPECT_THAT(Floats(reply->events[0].grad_output.at(0)), ElementsAre(1, 1, 1));
  EXPECT_EQ(Floats(reply->events[0].grad_input.at(0)), Floats(reply->events[1].grad_output.at(0)));
  EXPECT_EQ(Floats(reply->events[2].grad_output.at(0)), Floats(reply->grad_inputs.at(0)));
  ASSERT_THAT(PathsOf(reply->unfired), ElementsAre("idle"));
  EXPECT_EQ(reply->unfired[0].hook.kind, HookKind::kFullBackwardPre);
}

TEST_P(ContractTest, AnswersWhatIsWrongWithABackwardCallInTheSameWords) {
  BackwardCall call = BackwardOf("tiny");
  call.objective = ImplicitObjective{};
  EXPECT_EQ(BackwardAndWait(service_->inference(), call).status(),
            absl::InvalidArgumentError("grad can be implicitly created only for scalar outputs"));
  call.objective = LossLayer{.path = "2"};
  EXPECT_EQ(BackwardAndWait(service_->inference(), call).status().code(), absl::StatusCode::kNotFound);
}

TEST_P(ContractTest, EndsABackwardCallWhoseCallerHasGone) {
  std::stop_source cancelled;
  cancelled.request_stop();
  BackwardCall gone = BackwardOf("tiny");
  gone.context.cancelled = cancelled.get_token();
  EXPECT_EQ(BackwardAndWait(service_->inference(), gone).status().code(), absl::StatusCode::kCancelled);
  BackwardCall late = BackwardOf("tiny");
  late.context.deadline = absl::UnixEpoch();
  EXPECT_EQ(BackwardAndWait(service_->inference(), late).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_P(ContractTest, EditsAndTransformsWhatFlowsThroughARequest) {
  Hook edit{SelectorKind::kPath, "0", HookKind::kForward};
  edit.edits = {{.action = Edit::Replace{nn::Tensor::Of<float>({1, 2}, {3, -4})}}};
  Hook sum{SelectorKind::kPath, "1", HookKind::kForward};
  sum.transform = {ReduceStep{.op = ReduceStep::Op::kSum, .dims = {1}}, CastStep{nn::DType::kInt32}};
  const auto reply = Forward(Call("tiny", {edit, sum}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(Floats(reply->output), ElementsAre(3, 0));
  ASSERT_THAT(PathsOf(reply->events), ElementsAre("0", "1"));
  EXPECT_EQ(reply->events[1].hook, 1u);
  EXPECT_THAT(reply->events[1].output->As<nn::Tensor>()->elements<int32_t>(), ElementsAre(3));
  sum.transform = {ReduceStep{.dims = {7}}};
  EXPECT_EQ(Forward(Call("tiny", {sum})).status(),
            absl::InvalidArgumentError("hooks[0].transform[0]: Dimension out of range (expected to be in range of "
                                       "[-2, 1], but got 7) (at 1)"));
}

TEST_P(ContractTest, SubscribersSeeTransformedGradients) {
  Hook hook{SelectorKind::kPath, "0.weight", HookKind::kTensorGrad};
  hook.transform = {ReduceStep{.op = ReduceStep::Op::kSum}};
  const auto subscription = hooks().Subscribe({.model = {"tiny", ""}, .hooks = {hook}});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  EXPECT_THAT((*subscription)->paths(), ElementsAre("0.weight"));
  const auto reply = BackwardAndWait(service_->inference(), BackwardOf("tiny"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  const auto event = (*subscription)->Next(absl::InfiniteFuture());
  ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
  EXPECT_EQ((*event)->kind, HookKind::kTensorGrad);
  float total = 0;
  for (const float element : Floats(nn::Datum(*reply->grad_parameters[0].grad))) total += element;
  EXPECT_THAT(Floats((*event)->grad_output.at(0)), ElementsAre(FloatEq(total)));
}

TEST_P(ContractTest, ASubscriptionEndsWhenItsTransformDoesNotFit) {
  Hook hook{SelectorKind::kPath, "0", HookKind::kForward};
  hook.transform = {SliceStep{{{}, {}, {}}}};
  const auto subscription = hooks().Subscribe({.model = {"tiny", ""}, .hooks = {hook}});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  ASSERT_TRUE(Forward(Call("tiny")).ok());
  EXPECT_EQ((*subscription)->Next(absl::InfiniteFuture()).status(),
            absl::InvalidArgumentError("hooks[0].transform[0]: too many indices for tensor of dimension 2 (at 0)"));
}

}  // namespace
}  // namespace moduled::contract
