// Backward passes: what they differentiate, what they answer, and what their hooks see.
#include <algorithm>

#include "tests/server/scheduling/local_inference_fixture.h"

namespace moduled::server {
namespace {

using contract::Hook;
using contract::HookKind;
using contract::SelectorKind;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pointwise;

// relu(fc(x)) and its gradients for x = [1, 2, 3], written out.
struct Reference {
  std::vector<float> weight;  // [2, 3]
  std::vector<float> bias;    // [2]

  float Sum(int row) const { return weight[row * 3] + 2 * weight[row * 3 + 1] + 3 * weight[row * 3 + 2] + bias[row]; }
  bool IsActive(int row) const { return Sum(row) > 0; }
  // Of sum(grad * relu(fc(x))).
  std::vector<float> GradX(const std::vector<float>& grad) const {
    std::vector<float> x(3, 0);
    for (int row = 0; row < 2; ++row) {
      for (int i = 0; i < 3; ++i) x[i] += IsActive(row) ? grad[row] * weight[row * 3 + i] : 0;
    }
    return x;
  }
  std::vector<float> GradWeight(const std::vector<float>& grad) const {
    std::vector<float> w;
    for (int row = 0; row < 2; ++row) {
      for (int i = 1; i <= 3; ++i) w.push_back(IsActive(row) ? grad[row] * static_cast<float>(i) : 0);
    }
    return w;
  }
};

class LocalBackwardTest : public LocalInferenceTest {
 protected:
  Reference Net() const { return {Parameter("net", "fc.weight"), Parameter("net", "fc.bias")}; }
};

TEST_F(LocalBackwardTest, AnswersTheGradientsOfInputsAndParameters) {
  const auto reply = Backward(BackwardOf("net"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->model, (contract::ModelRef{"net", "1"}));
  EXPECT_FALSE(reply->request_id.empty());
  EXPECT_EQ(Floats(reply->output), Floats(Forward(Call("net"))->output));
  EXPECT_EQ(reply->loss, std::nullopt);
  ASSERT_EQ(reply->grad_inputs.size(), 1u);
  EXPECT_THAT(Floats(reply->grad_inputs[0]), Pointwise(FloatEq(), Net().GradX({2, 2})));
  ASSERT_EQ(reply->grad_parameters.size(), 2u);
  EXPECT_EQ(reply->grad_parameters[0].name, "fc.weight");
  EXPECT_THAT(Floats(*reply->grad_parameters[0].grad), Pointwise(FloatEq(), Net().GradWeight({2, 2})));
  EXPECT_EQ(reply->grad_parameters[1].name, "fc.bias");
  EXPECT_THAT(reply->events, IsEmpty());
}

TEST_F(LocalBackwardTest, StartsFromAClass) {
  contract::BackwardCall call = BackwardOf("net");
  call.objective = contract::ClassIndex{{1}, std::nullopt};
  const auto reply = Backward(std::move(call));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(Floats(reply->grad_inputs[0]), Pointwise(FloatEq(), Net().GradX({0, 2})));
  contract::BackwardCall outside = BackwardOf("net");
  outside.objective = contract::ClassIndex{{2}, std::nullopt};
  EXPECT_EQ(Backward(std::move(outside)).status().message(),
            "class_index: index 2 is out of bounds for dimension 1 with size 2");
}

TEST_F(LocalBackwardTest, StartsFromGivenGradients) {
  contract::BackwardCall call = BackwardOf("net");
  call.objective = contract::GradOutputs{{nn::Datum(nn::Tensor::Of<float>({1, 2}, {3, -1}))}};
  const auto reply = Backward(call);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(Floats(reply->grad_inputs[0]), Pointwise(FloatEq(), Net().GradX({6, -2})));
  call.objective = contract::GradOutputs{{nn::Datum(nn::Tensor::Of<float>({2}, {3, -1}))}};
  EXPECT_EQ(Backward(call).status().code(), absl::StatusCode::kInvalidArgument);
  call.objective = contract::GradOutputs{};
  EXPECT_EQ(Backward(call).status().message(), "grad_outputs.values: none (want one for each output)");
}

TEST_F(LocalBackwardTest, RefusesAnImpliedGradientOfMoreThanOneElement) {
  contract::BackwardCall call = BackwardOf("net");
  call.objective = contract::ImplicitObjective{};
  EXPECT_EQ(Backward(std::move(call)).status(),
            absl::InvalidArgumentError("grad can be implicitly created only for scalar outputs"));
}

TEST_F(LocalBackwardTest, StartsFromALossLayerOfTheTree) {
  contract::BackwardCall call = BackwardOf("net");
  call.objective = contract::LossLayer{"loss", {nn::Datum(nn::Tensor::Of<float>({1, 2}, {0, 0}))}, std::nullopt};
  const auto reply = Backward(call);
  ASSERT_TRUE(reply.ok()) << reply.status();
  const std::vector<float> output = Floats(reply->output);
  EXPECT_THAT(Floats(*reply->loss), ElementsAre(FloatEq((output[0] * output[0] + output[1] * output[1]) / 2)));
  // The mean's gradient is y itself.
  EXPECT_THAT(Floats(reply->grad_inputs[0]), Pointwise(FloatEq(), Net().GradX({2 * output[0], 2 * output[1]})));
  call.objective = contract::LossLayer{"los", {}, std::nullopt};
  EXPECT_EQ(Backward(call).status(),
            absl::NotFoundError("loss.path: the model has no module \"los\"; did you mean \"loss\"?"));
  call.objective = contract::LossLayer{"loss", {}, std::nullopt};
  EXPECT_EQ(Backward(call).status().code(), absl::StatusCode::kInvalidArgument) << "the target is missing";
}

TEST_F(LocalBackwardTest, AnswersOnlyTheGradientsThatAreWanted) {
  contract::BackwardCall call = BackwardOf("net");
  call.grad_inputs.emplace();
  call.grad_parameters = {"*.bias"};
  const auto reply = Backward(call);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_TRUE(reply->grad_inputs.at(0).IsNone());
  ASSERT_EQ(reply->grad_parameters.size(), 1u);
  EXPECT_EQ(reply->grad_parameters[0].name, "fc.bias");
  call.grad_parameters = {"fc.weigt"};
  EXPECT_EQ(Backward(call).status(), absl::NotFoundError("grad_parameters.names[0]: the model has no parameter "
                                                         "\"fc.weigt\"; did you mean \"fc.weight\"?"));
  call.grad_parameters = {"fc.weight", "x*"};
  EXPECT_EQ(Backward(call).status(),
            absl::NotFoundError("grad_parameters.names[1]: no parameter with requires_grad matches \"x*\""));
  call.grad_parameters.reset();
  call.grad_inputs = {1};
  EXPECT_EQ(Backward(call).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LocalBackwardTest, FiresHooksOfEveryKindInTorchsOrder) {
  std::vector<Hook> hooks;
  for (const HookKind kind : contract::kAllHookKinds) hooks.push_back({SelectorKind::kPath, "fc", kind});
  hooks.push_back({SelectorKind::kPath, "input:0", HookKind::kTensorGrad});
  hooks.push_back({SelectorKind::kPath, "fc.bias", HookKind::kTensorGrad});
  hooks.push_back({SelectorKind::kPath, ":mul", HookKind::kFullBackward});
  hooks.push_back({SelectorKind::kPath, "", HookKind::kFullBackward});
  const auto reply = Backward(BackwardOf("net", hooks));
  ASSERT_TRUE(reply.ok()) << reply.status();
  std::vector<std::string> fired;
  for (const contract::HookEvent& event : reply->events)
    fired.push_back(absl::StrCat(Name(event.kind), " ", event.path));
  EXPECT_THAT(
      fired, ElementsAre("forward_pre fc", "forward fc", "full_backward :mul", "tensor_grad fc", "full_backward_pre fc",
                         "tensor_grad fc.bias", "full_backward fc", "full_backward ", "tensor_grad input:x"));
  EXPECT_THAT(reply->unfired, IsEmpty());
  for (size_t i = 0; i < reply->events.size(); ++i) EXPECT_EQ(reply->events[i].sequence, i);
}

TEST_F(LocalBackwardTest, ShowsGradientsAsTorchsHooksSeeThem) {
  const auto reply = Backward(BackwardOf("net", {{SelectorKind::kPath, ":mul", HookKind::kFullBackward},
                                                 {SelectorKind::kPath, "fc.weight", HookKind::kTensorGrad}}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_EQ(reply->events.size(), 2u);
  const contract::HookEvent& node = reply->events[0];
  EXPECT_EQ(node.type, "mul");
  ASSERT_EQ(node.grad_output.size(), 1u);
  EXPECT_THAT(Floats(node.grad_output[0]), ElementsAre(1, 1));
  ASSERT_EQ(node.grad_input.size(), 2u);
  EXPECT_THAT(Floats(node.grad_input[0]), ElementsAre(2, 2));
  EXPECT_TRUE(node.grad_input[1].IsNone()) << "2 is no tensor";
  EXPECT_FALSE(node.output.has_value());
  const contract::HookEvent& parameter = reply->events[1];
  EXPECT_EQ(parameter.path, "fc.weight");
  EXPECT_THAT(parameter.grad_input, IsEmpty());
  EXPECT_THAT(Floats(parameter.grad_output.at(0)), Pointwise(FloatEq(), Net().GradWeight({2, 2})));
}

TEST_F(LocalBackwardTest, CallsAnInputByTheNameThatTheSignatureHasForIt) {
  const auto reply = Backward(BackwardOf("tiny", {{SelectorKind::kPath, "input:x", HookKind::kTensorGrad},
                                                  {SelectorKind::kPath, "input:0", HookKind::kTensorGrad}}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(PathsOf(reply->events), ElementsAre("input:x"));
  EXPECT_EQ(Floats(reply->events[0].grad_output.at(0)), Floats(reply->grad_inputs[0]));
  EXPECT_THAT(reply->unfired, IsEmpty());
}

TEST_F(LocalBackwardTest, EditsGradientsForTheRequestAlone) {
  Hook hook{SelectorKind::kPath, "fc", HookKind::kFullBackwardPre};
  hook.edits = {{.action = contract::Edit::Scale{{10.0}}}};
  Hook input{SelectorKind::kPath, "input:0", HookKind::kTensorGrad};
  input.edits = {{.action = contract::Edit::Select{.dim = 1, .indices = {-1}}}};
  const auto edited = Backward(BackwardOf("net", {hook, input}));
  ASSERT_TRUE(edited.ok()) << edited.status();
  std::vector<float> expected = Net().GradX({20, 20});
  expected[0] = expected[1] = 0;
  EXPECT_THAT(Floats(edited->grad_inputs[0]), Pointwise(FloatEq(), expected));
  EXPECT_THAT(Floats(*edited->grad_parameters[0].grad), Pointwise(FloatEq(), Net().GradWeight({20, 20})));
  EXPECT_THAT(Floats(Backward(BackwardOf("net"))->grad_inputs[0]), Pointwise(FloatEq(), Net().GradX({2, 2})));
}

TEST_F(LocalBackwardTest, SaysWhyHooksDidNotFire) {
  const auto reply = Backward(BackwardOf("net", {{SelectorKind::kPath, "loss", HookKind::kFullBackward}}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_THAT(PathsOf(reply->unfired), ElementsAre("loss"));
  EXPECT_EQ(reply->unfired[0].reason, "no gradient reached it");
  const auto forward = Forward(Call("net", {{SelectorKind::kPath, "fc", HookKind::kFullBackward}}));
  ASSERT_TRUE(forward.ok()) << forward.status();
  ASSERT_EQ(forward->unfired.size(), 1u);
  EXPECT_EQ(forward->unfired[0].reason, "only a backward pass fires it");
}

TEST_F(LocalBackwardTest, TellsSubscribersOfBackwardPassesThatOthersRequest) {
  const auto subscription = hub_.Subscribe({.model = {"tiny", ""},
                                            .hooks = {{SelectorKind::kPath, "1", HookKind::kFullBackward},
                                                      {SelectorKind::kPath, "input:x", HookKind::kTensorGrad}}});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  EXPECT_THAT((*subscription)->paths(), ElementsAre("1", "input:x"));
  ASSERT_TRUE(Forward(Call("tiny")).ok());
  EXPECT_FALSE((*subscription)->Next(absl::InfinitePast())->has_value()) << "a forward has no gradients";
  const auto reply = Backward(BackwardOf("tiny"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(reply->events, IsEmpty());
  const auto first = *(*subscription)->Next(absl::InfiniteFuture());
  EXPECT_EQ(first->path, "1");
  EXPECT_EQ(first->request_id, reply->request_id);
  const auto second = *(*subscription)->Next(absl::InfiniteFuture());
  EXPECT_EQ(second->path, "input:x");
  EXPECT_EQ(Floats(second->grad_output.at(0)), Floats(reply->grad_inputs[0]));
}

TEST_F(LocalBackwardTest, SubscribersMayNameTheArgumentsOfAModelWithoutASignature) {
  const auto subscription =
      hub_.Subscribe({.model = {"net", ""}, .hooks = {{SelectorKind::kPath, "input:0", HookKind::kTensorGrad}}});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  EXPECT_THAT((*subscription)->paths(), ElementsAre("input:x"));
  ASSERT_TRUE(Backward(BackwardOf("net")).ok());
  EXPECT_EQ((*(*subscription)->Next(absl::InfiniteFuture()))->path, "input:x");
}

TEST_F(LocalBackwardTest, LimitsTheGradientsThatHooksMaySee) {
  contract::BackwardCall call = BackwardOf("tiny", {{SelectorKind::kPath, "0", HookKind::kFullBackward}});
  call.arguments.args = {nn::Datum(*nn::Tensor::Zeros({nn::DType::kFloat32, {1000, 3}}))};
  EXPECT_EQ(Backward(std::move(call)).status(),
            absl::ResourceExhaustedError("hooks: their values take more than 8000 bytes (at 0); select fewer modules"));
}

TEST_F(LocalBackwardTest, ChecksArgumentsAndTheRequestsNameAsForwardDoes) {
  contract::BackwardCall call = BackwardOf("tiny");
  call.arguments.args = {nn::Datum(nn::Tensor::Of<double>({1, 3}, {1, 2, 3}))};
  EXPECT_THAT(std::string(Backward(std::move(call)).status().message()),
              HasSubstr("inputs[0] (\"x\"): wrong type (got float64[1, 3]"));
  contract::BackwardCall long_named = BackwardOf("tiny");
  long_named.request_id = std::string(257, 'x');
  EXPECT_EQ(Backward(std::move(long_named)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Backward(BackwardOf("none")).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace moduled::server
