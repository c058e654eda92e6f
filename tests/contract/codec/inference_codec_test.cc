#include "proto/contract/codec/inference_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "proto/contract/codec/backward_codec.h"
#include "tests/contract/codec/example_hooks.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;

nn::Datum Floats(const std::vector<float>& elements) {
  return nn::Datum(nn::Tensor::Of<float>({static_cast<int64_t>(elements.size())}, elements));
}
absl::Span<const float> FloatsOf(const nn::Datum& datum) { return datum.As<nn::Tensor>()->elements<float>(); }

// What comes out of the wire when `call` goes in.
BackwardCall OverTheWire(const BackwardCall& call) {
  v1::BackwardRequest message;
  EXPECT_TRUE(Encode(call, message).ok());
  auto decoded = Decode(std::move(message));
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return *std::move(decoded);
}

BackwardCall With(Objective objective) {
  BackwardCall call;
  call.objective = std::move(objective);
  return call;
}

TEST(InferenceCodec, KeepsACall) {
  ForwardCall call;
  call.model = {"m", "1"};
  call.arguments = {{Floats({4})}, {{"flag", nn::Datum(true)}}};
  call.hooks = ExampleHooks();
  call.request_id = "id";
  call.seed = 0;
  v1::ForwardRequest message;
  ASSERT_TRUE(Encode(call, message).ok());
  const auto decoded = Decode(std::move(message));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->model, call.model);
  EXPECT_EQ(decoded->hooks, ExampleHooks());
  EXPECT_EQ(decoded->request_id, "id");
  EXPECT_EQ(decoded->seed, 0u);
  EXPECT_THAT(FloatsOf(decoded->arguments.args.at(0)), ElementsAre(4));
  EXPECT_EQ(decoded->arguments.kwargs.at(0).first, "flag");
  EXPECT_EQ(Decode(v1::ForwardRequest())->seed, std::nullopt);
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
                           .events = {ExampleEvent()},
                           .unfired = {{ExampleHooks()[1], "layer1.x", "never called"}}};
  v1::ForwardResponse message;
  ASSERT_TRUE(Encode(reply, message).ok());
  const auto decoded = Decode(std::move(message));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded->output.Items()->at(0).As<double>(), 1.5);
  EXPECT_EQ(decoded->events.at(0).path, "a.b");
  EXPECT_EQ(decoded->unfired.at(0).hook, ExampleHooks()[1]);
  EXPECT_EQ(decoded->unfired.at(0).path, "layer1.x");
  EXPECT_EQ(decoded->unfired.at(0).reason, "never called");
}

TEST(BackwardCodec, KeepsACall) {
  BackwardCall call;
  call.model = {"m", "1"};
  call.arguments = {{Floats({4})}, {{"y", Floats({5})}}};
  call.grad_inputs = {1, 0};
  call.grad_parameters = {"a.weight", "b.**"};
  call.hooks = ExampleHooks();
  call.request_id = "id";
  call.seed = 3;
  const BackwardCall decoded = OverTheWire(call);
  EXPECT_EQ(decoded.model, call.model);
  EXPECT_THAT(FloatsOf(decoded.arguments.args.at(0)), ElementsAre(4));
  EXPECT_THAT(FloatsOf(decoded.arguments.kwargs.at(0).second), ElementsAre(5));
  EXPECT_TRUE(std::holds_alternative<ImplicitObjective>(decoded.objective));
  EXPECT_EQ(decoded.grad_inputs, call.grad_inputs);
  EXPECT_EQ(decoded.grad_parameters, call.grad_parameters);
  EXPECT_EQ(decoded.hooks, ExampleHooks());
  EXPECT_EQ(decoded.request_id, "id");
  EXPECT_EQ(decoded.seed, 3u);
}

TEST(BackwardCodec, TellsAnEmptyListFromNone) {
  BackwardCall call;
  EXPECT_EQ(OverTheWire(call).grad_inputs, std::nullopt);
  EXPECT_EQ(OverTheWire(call).grad_parameters, std::nullopt);
  call.grad_inputs.emplace();
  call.grad_parameters.emplace();
  EXPECT_EQ(OverTheWire(call).grad_inputs, std::vector<uint32_t>{});
  EXPECT_EQ(OverTheWire(call).grad_parameters, std::vector<std::string>{});
}

TEST(BackwardCodec, KeepsEachObjective) {
  const auto gradients = std::get<GradOutputs>(OverTheWire(With(GradOutputs{{Floats({1}), nn::Datum()}})).objective);
  EXPECT_THAT(FloatsOf(gradients.values.at(0)), ElementsAre(1));
  EXPECT_TRUE(gradients.values.at(1).IsNone());

  const auto classes = std::get<ClassIndex>(OverTheWire(With(ClassIndex{{3, -1}, 0})).objective);
  EXPECT_THAT(classes.indices, ElementsAre(3, -1));
  EXPECT_EQ(classes.output, 0u);

  EXPECT_EQ(std::get<OutputSum>(OverTheWire(With(OutputSum{})).objective).output, std::nullopt);
  EXPECT_EQ(std::get<OutputSum>(OverTheWire(With(OutputSum{2})).objective).output, 2u);

  const auto loss = std::get<LossLayer>(OverTheWire(With(LossLayer{"loss", {Floats({6})}, 1})).objective);
  EXPECT_EQ(loss.path, "loss");
  EXPECT_THAT(FloatsOf(loss.targets.at(0)), ElementsAre(6));
  EXPECT_EQ(loss.output, 1u);
}

TEST(BackwardCodec, NamesTheValueThatIsWrong) {
  v1::BackwardRequest message;
  message.mutable_grad_outputs()->add_values()->mutable_none();
  message.mutable_grad_outputs()->add_values();
  EXPECT_EQ(Decode(std::move(message)).status().message(),
            "grad_outputs.values[1]: not set (want a tensor, int, float, bool, string, dtype, none, list, tuple or "
            "dict)");
  v1::BackwardRequest many;
  for (int i = 0; i <= kMaxListed; ++i) many.mutable_grad_inputs()->add_indices(0);
  EXPECT_EQ(Decode(std::move(many)).status().message(),
            "grad_inputs.indices: too many (got 65537, want at most 65536)");
}

TEST(BackwardCodec, KeepsAReply) {
  BackwardReply reply;
  reply.model = {"m", "1"};
  reply.request_id = "id";
  reply.output = Floats({1});
  reply.loss = nn::Tensor::Scalar<float>(2);
  reply.grad_inputs = {Floats({3}), nn::Datum()};
  reply.grad_kwargs = {{"y", Floats({4})}};
  reply.grad_parameters = {{"w", nn::Tensor::Of<float>({1}, {5})}, {"b", std::nullopt}};
  reply.events = {ExampleEvent()};
  reply.unfired = {{ExampleHooks()[3], "a", "why"}};
  v1::BackwardResponse message;
  ASSERT_TRUE(Encode(reply, message).ok());
  const auto decoded = Decode(std::move(message));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->model, reply.model);
  EXPECT_EQ(decoded->request_id, "id");
  EXPECT_THAT(FloatsOf(decoded->output), ElementsAre(1));
  EXPECT_THAT(decoded->loss->elements<float>(), ElementsAre(2));
  EXPECT_THAT(FloatsOf(decoded->grad_inputs.at(0)), ElementsAre(3));
  EXPECT_TRUE(decoded->grad_inputs.at(1).IsNone());
  EXPECT_THAT(FloatsOf(decoded->grad_kwargs.at(0).second), ElementsAre(4));
  EXPECT_EQ(decoded->grad_parameters.at(0).name, "w");
  EXPECT_THAT(decoded->grad_parameters.at(0).grad->elements<float>(), ElementsAre(5));
  EXPECT_EQ(decoded->grad_parameters.at(1).grad, std::nullopt);
  EXPECT_EQ(decoded->events.at(0).path, "a.b");
  EXPECT_EQ(decoded->unfired.at(0).hook, ExampleHooks()[3]);
}

}  // namespace
}  // namespace moduled::contract
