// Backward passes: their gradients, their hooks and what they refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/plan/model.h"
#include "tests/nn/modules/test_modules.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Tensor kThree = Tensor::Of<float>({1}, {3});

std::string Text(const absl::Status& status) { return std::string(status.message()); }

absl::StatusOr<BackwardResult> RunBackward(const std::shared_ptr<Module>& root, const BackwardCall& call = {},
                                           const CallData& arguments = {{kThree}, {}}) {
  Model model(root, {});
  Workspace workspace;
  return model.Backward(arguments, call, workspace);
}

std::vector<float> Floats(const std::optional<Tensor>& tensor) {
  return tensor.has_value() ? Elements(Datum(*tensor)) : std::vector<float>();
}

// Writes down which points a backward pass fires, and the first gradient that each shows.
class Recorder final : public Observer {
 public:
  void OnObservation(Observation observation) override {
    static constexpr const char* kKinds[] = {"pre", "forward", "backward_pre", "backward", "grad"};
    std::string line = absl::StrCat(kKinds[static_cast<int>(observation.kind)], " ", observation.call.path);
    for (const Datum& gradient : observation.grad_output) absl::StrAppend(&line, " out=", First(gradient));
    for (const Datum& gradient : observation.grad_input) absl::StrAppend(&line, " in=", First(gradient));
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;

 private:
  static std::string First(const Datum& datum) {
    const std::vector<float> elements = Elements(datum);
    return elements.empty() ? "None" : absl::StrCat(elements[0]);
  }
};

absl::StatusOr<std::vector<std::string>> Record(const std::shared_ptr<Module>& root, ObservedModules observed,
                                                std::vector<Edit> edits = {}, const BackwardCall& backward = {}) {
  Model model(root, {});
  Workspace workspace;
  Recorder recorder;
  std::sort(observed.begin(), observed.end());
  ASSIGN_OR_RETURN(
      const PreparedCall call,
      model.PrepareBackward({{kThree}, {}}, backward, {.observed = std::move(observed), .edits = std::move(edits)}));
  RETURN_IF_ERROR(call.plan->Execute(call.inputs, workspace, {}, &recorder).status());
  return recorder.lines;
}

TEST(Backward, SumsTheGradientsOfASharedModule) {
  const auto shared = std::make_shared<Affine>();  // y = 2 x + 1
  const auto result = RunBackward(MakeSequential({shared, shared}));
  ASSERT_EQ(result.status(), absl::OkStatus());
  EXPECT_THAT(Elements(result->output), ElementsAre(15));
  EXPECT_THAT(Elements(result->grad_args[0]), ElementsAre(4));
  ASSERT_EQ(result->grad_parameters.size(), 2);
  EXPECT_EQ(result->grad_parameters[0].first, "0.weight");
  EXPECT_THAT(Floats(result->grad_parameters[0].second), ElementsAre(2 * 3 + 7));
  EXPECT_THAT(Floats(result->grad_parameters[1].second), ElementsAre(3));
}

TEST(Backward, StartsFromGivenGradients) {
  const CallData call = {{Tensor::Of<float>({2}, {1, 2})}, {}};
  const BackwardCall backward = {
      .objective = {.kind = Objective::Kind::kGradOutputs, .grad_output = Tensor::Of<float>({2}, {10, 100})}};
  const auto result = RunBackward(std::make_shared<Affine>(2, true, 2), backward, call);
  ASSERT_EQ(result.status(), absl::OkStatus());
  EXPECT_THAT(Elements(result->grad_args[0]), ElementsAre(20, 200));
  EXPECT_THAT(Floats(result->grad_parameters[0].second), ElementsAre(10, 200));
}

TEST(Backward, StartsFromAClass) {
  const CallData call = {{Tensor::Of<float>({2, 2}, {1, 2, 3, 4})}, {}};
  BackwardCall backward = {.objective = {.kind = Objective::Kind::kClassIndex, .classes = {1, 0}}};
  const auto result = RunBackward(std::make_shared<Affine>(2, true, 2), backward, call);
  ASSERT_EQ(result.status(), absl::OkStatus());
  EXPECT_THAT(Elements(result->grad_args[0]), ElementsAre(0, 2, 2, 0));
  backward.objective.classes = {2};
  EXPECT_THAT(Text(RunBackward(std::make_shared<Affine>(2, true, 2), backward, call).status()),
              HasSubstr("index 2 is out of bounds for dimension 1 with size 2"));
}

TEST(Backward, NeedsAScalarUnlessToldOtherwise) {
  const CallData call = {{Tensor::Of<float>({2}, {1, 2})}, {}};
  const auto affine = std::make_shared<Affine>(2, true, 2);
  EXPECT_EQ(Text(RunBackward(affine, {}, call).status()), "grad can be implicitly created only for scalar outputs");
  EXPECT_EQ(RunBackward(affine, {.objective = {.kind = Objective::Kind::kSum}}, call).status(), absl::OkStatus());
}

TEST(Backward, AnswersTheGradientsThatAreChosen) {
  const auto tree = MakeSequential({std::make_shared<Affine>(), std::make_shared<Affine>(3)});
  const auto result = RunBackward(tree, {.inputs = std::vector<int32_t>(), .parameters = {{"1.weight"}}});
  ASSERT_EQ(result.status(), absl::OkStatus());
  EXPECT_TRUE(result->grad_args[0].IsNone());
  ASSERT_EQ(result->grad_parameters.size(), 1);
  EXPECT_THAT(Floats(result->grad_parameters[0].second), ElementsAre(7));
}

TEST(Backward, AnswersNothingForChosenParametersThatNoGradientReaches) {
  Model model(MakeSequential({std::make_shared<Affine>(), std::make_shared<Affine>(3)}), {});
  const auto call = model.PrepareBackward({{kThree}, {}}, {.parameters = {{"0.weight", "1.weight"}}},
                                          {.edits = {{.path = "0", .action = Edit::Action::kZero}}});
  ASSERT_EQ(call.status(), absl::OkStatus());
  Workspace workspace;
  const auto packed = call->plan->Execute(call->inputs, workspace);
  ASSERT_EQ(packed.status(), absl::OkStatus());
  const BackwardResult result = UnpackBackward(*packed);
  ASSERT_EQ(result.grad_parameters.size(), 2);
  EXPECT_FALSE(result.grad_parameters[0].second.has_value());
  EXPECT_THAT(Floats(result.grad_parameters[1].second), ElementsAre(0));
}

TEST(Backward, PassesFrozenParametersBy) {
  const auto tree = MakeSequential({std::make_shared<Affine>(), std::make_shared<Affine>(3)});
  (*tree->get_submodule("0"))->requires_grad_(false);
  const auto result = RunBackward(tree);
  ASSERT_EQ(result->grad_parameters.size(), 2);
  EXPECT_EQ(result->grad_parameters[0].first, "1.weight");
  EXPECT_EQ(Text(RunBackward(tree, {.parameters = {{"0.weight"}}}).status()),
            "grad_parameters: 0.weight: One of the differentiated Tensors does not require grad");
}

TEST(Backward, RefusesWhatHasNoGradient) {
  const CallData integers = {{Tensor::Of<int64_t>({1}, {3})}, {}};
  const auto identity = MakeSequential({});
  EXPECT_EQ(Text(RunBackward(identity, {}, integers).status()),
            "element 0 of tensors does not require grad and does not have a grad_fn");
  EXPECT_THAT(Text(RunBackward(identity, {.inputs = {{0}}}, integers).status()),
              HasSubstr("only Tensors of floating point and complex dtype can require gradients"));
  EXPECT_THAT(Text(RunBackward(identity, {.inputs = {{1}}}, integers).status()), HasSubstr("no such tensor"));
}

TEST(BackwardHooks, FireInTorchsOrder) {
  const auto shared = std::make_shared<Affine>();
  const auto tree = MakeSequential({MakeSequential({shared}), shared});
  ObservedModules observed;
  for (const char* path : {"", "0", "0.0", "0.0.weight", "input:0"}) {
    for (const HookKind kind : {HookKind::kFullBackwardPre, HookKind::kFullBackward, HookKind::kTensorGrad}) {
      observed.emplace_back(path, kind);
    }
  }
  EXPECT_THAT(*Record(tree, observed),
              ElementsAre("grad  out=1", "backward_pre  out=1", "grad 0.0 out=1", "backward_pre 0.0 out=1",
                          "backward 0.0 out=1 in=2", "grad 0 out=2", "backward_pre 0 out=2", "grad 0.0 out=2",
                          "backward_pre 0.0 out=2", "grad 0.0.weight out=13", "backward 0.0 out=2 in=4",
                          "backward 0 out=2 in=4", "backward  out=1 in=4", "grad input:0 out=4"));
}

TEST(BackwardHooks, FireWithNoneWhereNoInputRequiresGrad) {
  const auto tree = MakeSequential({std::make_shared<Affine>(), std::make_shared<Affine>()});
  const ObservedModules observed = {{"0", HookKind::kFullBackwardPre}, {"0", HookKind::kFullBackward}};
  EXPECT_THAT(*Record(tree, observed, {}, {.inputs = std::vector<int32_t>()}),
              ElementsAre("backward_pre 0 out=2", "backward 0 out=2 in=None"));
}

TEST(BackwardHooks, SeeWhatEditsLeave) {
  const auto tree = MakeSequential({std::make_shared<Affine>(), std::make_shared<Affine>()});
  const ObservedModules observed = {
      {"0", HookKind::kFullBackward}, {"0.weight", HookKind::kTensorGrad}, {"1", HookKind::kFullBackward}};
  // As in torch, what replaces grad_input leaves the module's own parameters alone.
  const std::vector<Edit> edits = {{.path = "0", .kind = HookKind::kFullBackwardPre, .scalar = 10},
                                   {.path = "0", .kind = HookKind::kFullBackward, .scalar = 10}};
  EXPECT_THAT(*Record(tree, observed, edits),
              ElementsAre("backward 1 out=1 in=2", "grad 0.weight out=60", "backward 0 out=20 in=400"));
}

TEST(BackwardHooks, InCppMayReplaceGradients) {
  const auto first = std::make_shared<Affine>();
  const auto second = std::make_shared<Affine>();
  std::vector<std::string> order;
  first->RegisterFullBackwardHook([&](const Module&, const std::vector<Datum>& in, const std::vector<Datum>& out) {
    order.push_back(absl::StrCat("first ", Elements(in[0])[0], " ", Elements(out[0])[0]));
    return std::optional<std::vector<Datum>>({Datum(Tensor::Of<float>({1}, {77}))});
  });
  second->RegisterFullBackwardPreHook([&](const Module&, const std::vector<Datum>& out) {
    order.push_back(absl::StrCat("second ", Elements(out[0])[0]));
    return std::optional<std::vector<Datum>>({Datum(Tensor::Of<float>({1}, {5}))});
  });
  const std::shared_ptr<Parameter>& weight = *first->parameter_slots().Find("weight");
  weight->hooks.Add(
      [&](const Tensor& gradient) {
        order.push_back(absl::StrCat("weight ", gradient.elements<float>()[0]));
        return std::optional<Tensor>(Tensor::Of<float>({1}, {-1}));
      },
      {});
  const auto result = RunBackward(MakeSequential({first, second}));
  ASSERT_EQ(result.status(), absl::OkStatus());
  EXPECT_THAT(order, ElementsAre("second 1", "weight 30", "first 20 10"));
  EXPECT_THAT(Elements(result->grad_args[0]), ElementsAre(77));
  EXPECT_THAT(Floats(result->grad_parameters[0].second), ElementsAre(-1));
}

TEST(BackwardHooks, InCppMayNotChangeTheNumberOfGradients) {
  const auto affine = std::make_shared<Affine>();
  affine->RegisterFullBackwardHook([](const Module&, const std::vector<Datum>& in, const std::vector<Datum>&) {
    return std::optional<std::vector<Datum>>({in[0], in[0]});
  });
  EXPECT_THAT(Text(RunBackward(affine).status()),
              HasSubstr("Backward hook returned an invalid number of grad_input, got 2, but expected 1"));
}

}  // namespace
}  // namespace moduled::nn
