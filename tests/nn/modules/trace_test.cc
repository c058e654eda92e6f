// Tracing, the C++ hooks, edits, and graph modules: run for real, through plans.
#include "nn/modules/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nn/modules/graph_module.h"
#include "tests/nn/modules/test_modules.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Tensor kThree = Tensor::Of<float>({1}, {3});

absl::StatusOr<Datum> RunModel(const std::shared_ptr<Module>& root, CallData call = {{kThree}, {}}) {
  Model model(root, {});
  Workspace workspace;
  return model.Forward(call, workspace);
}

absl::StatusOr<Datum> RunEdited(const std::shared_ptr<Module>& root, std::vector<Edit> edits,
                                std::vector<Tensor> replacements = {}) {
  Model model(root, {});
  Workspace workspace;
  const auto call = model.Prepare({{kThree}, {}}, {.edits = std::move(edits), .operands = std::move(replacements)});
  if (!call.ok()) return call.status();
  return call->plan->Execute(call->inputs, workspace);
}

std::string Text(const absl::Status& status) { return std::string(status.message()); }

TEST(Trace, RecordsCallsUnderFirstNamesAndCalledNames) {
  const auto shared = std::make_shared<Affine>();
  const auto tree = MakeSequential({MakeSequential({shared}), shared});
  const Graph graph = *Trace::Run(*tree, {{SpecTree(kThree.spec())}, {}});
  std::vector<std::string> calls;
  for (const ModuleCall& call : graph.calls) {
    calls.push_back(call.path + "|" + call.called_as + "|" + std::to_string(call.call_index));
  }
  EXPECT_THAT(calls, ElementsAre("||0", "0|0|0", "0.0|0.0|0", "0.0|1|1"));
  std::vector<std::string> points;
  for (const HookPoint& point : graph.points) {
    points.push_back((point.kind == HookKind::kForwardPre ? "<" : ">") + graph.calls[point.call].called_as);
  }
  EXPECT_THAT(points, ElementsAre("<", "<0", "<0.0", ">0.0", ">0", "<1", ">1", ">"));
}

TEST(Trace, UsesASharedWeightOnce) {
  const auto shared = std::make_shared<Affine>();
  const Graph graph = *Trace::Run(*MakeSequential({shared, shared}), {{SpecTree(kThree.spec())}, {}});
  ASSERT_EQ(graph.constants.size(), 2);
  EXPECT_EQ(graph.constants[0].name, "0.weight");
}

TEST(Trace, PutsTheInnermostPathInFrontOfAnErrorOnce) {
  const auto tree = MakeSequential({MakeSequential({std::make_shared<Affine>(1, true, 5)})});
  const auto result = RunModel(tree, {{Tensor::Of<float>({3}, {1, 2, 3})}, {}});
  EXPECT_THAT(Text(result.status()), testing::StartsWith("0.0 (Affine): "));
  EXPECT_THAT(Text(result.status()), testing::Not(HasSubstr("Sequential")));
}

TEST(Sequential, ExplainsWrongArgumentsInPythonsWords) {
  const auto tree = MakeSequential({std::make_shared<Affine>()});
  EXPECT_THAT(Text(RunModel(tree, {{}, {}}).status()),
              HasSubstr("Sequential.forward() missing 1 required positional argument: 'input'"));
  EXPECT_THAT(Text(RunModel(tree, {{kThree, kThree}, {}}).status()),
              HasSubstr("Sequential.forward() takes 2 positional arguments but 3 were given"));
}

TEST(ForwardPreHook, MayReplaceTheArguments) {
  const auto tree = MakeSequential({std::make_shared<Affine>()});  // 2 x + 1
  (*tree->get_submodule("0"))->RegisterForwardPreHook([](const Module&, const std::vector<Datum>& args) {
    EXPECT_THAT(Elements(args[0]), ElementsAre(3));
    return std::optional<std::vector<Datum>>({Tensor::Of<float>({1}, {10})});
  });
  EXPECT_THAT(Elements(*RunModel(tree)), ElementsAre(21));
}

TEST(ForwardHook, SeesArgumentsAndOutputAndMayReplaceTheOutput) {
  const auto module = std::make_shared<Affine>();
  module->RegisterForwardHook([](const Module& m, const std::vector<Datum>& args, const Datum& output) {
    EXPECT_EQ(m.type(), "Affine");
    EXPECT_THAT(Elements(args[0]), ElementsAre(3));
    EXPECT_THAT(Elements(output), ElementsAre(7));
    return std::optional<Datum>(Tensor::Of<float>({1}, {-1}));
  });
  EXPECT_THAT(Elements(*RunModel(MakeSequential({module, std::make_shared<Affine>()}))), ElementsAre(-1));
}

TEST(ForwardHook, RunsInOrderOfRegistrationUnlessPrepended) {
  const auto module = std::make_shared<Affine>();
  std::string order;
  const auto note = [&](const char* name) {
    return ForwardHook([&order, name](const Module&, const std::vector<Datum>&, const Datum&) {
      order += name;
      return std::optional<Datum>();
    });
  };
  module->RegisterForwardHook(note("b"));
  module->RegisterForwardHook(note("c"));
  module->RegisterForwardHook(note("a"), {.prepend = true});
  ASSERT_TRUE(RunModel(module).ok());
  EXPECT_EQ(order, "abc");
}

TEST(ForwardHook, RunsForEveryForwardUntilItIsRemoved) {
  const auto module = std::make_shared<Affine>();
  int calls = 0;
  RemovableHandle handle = module->RegisterForwardHook([&](const Module&, const std::vector<Datum>&, const Datum&) {
    ++calls;
    return std::optional<Datum>();
  });
  ASSERT_TRUE(RunModel(module).ok());
  handle.Remove();
  handle.Remove();
  ASSERT_TRUE(RunModel(module).ok());
  EXPECT_EQ(calls, 1);
}

TEST(ForwardHook, FailsTheCallWhenItChangesTheShapeOrThrows) {
  const auto module = std::make_shared<Affine>();
  RemovableHandle handle = module->RegisterForwardHook([](const Module&, const std::vector<Datum>&, const Datum&) {
    return std::optional<Datum>(Tensor::Of<float>({2}, {0, 0}));
  });
  EXPECT_THAT(Text(RunModel(module).status()), HasSubstr("has changed the size of value"));
  handle.Remove();
  module->RegisterForwardHook([](const Module&, const std::vector<Datum>&, const Datum&) -> std::optional<Datum> {
    throw std::runtime_error("oh");
  });
  EXPECT_EQ(RunModel(module).status().code(), absl::StatusCode::kInternal);
}

TEST(ForwardHook, ThatIsAlwaysCalledHearsOfAFailureOfWhatItsModuleContains) {
  const auto failing = std::make_shared<Affine>();
  const auto fine = std::make_shared<Affine>();
  const auto tree = MakeSequential({fine, MakeSequential({failing})});
  std::vector<std::string> heard;
  const auto note = [&](const std::string& name) {
    return [&heard, name](const Module&, const std::vector<Datum>& args, const Datum& output) -> std::optional<Datum> {
      heard.push_back(name + " " + std::to_string(static_cast<int>(Elements(args[0])[0])) +
                      (output.IsNone() ? " None" : ""));
      throw std::runtime_error("what a hook throws after a failure is ignored");
    };
  };
  const auto quiet = [&](const Module&, const std::vector<Datum>&, const Datum&) -> std::optional<Datum> {
    heard.push_back("quiet");
    return std::nullopt;
  };
  failing->RegisterForwardPreHook([](const Module&, const std::vector<Datum>&) -> std::optional<std::vector<Datum>> {
    throw std::runtime_error("the failure");
  });
  (*tree->get_submodule("1"))->RegisterForwardHook(note("inner"), {.always_call = true});
  tree->RegisterForwardHook(quiet);
  tree->RegisterForwardHook(note("outer"), {.always_call = true});
  EXPECT_THAT(Text(RunModel(tree).status()), HasSubstr("the failure"));
  EXPECT_THAT(heard, ElementsAre("inner 7 None", "outer 3 None"));
}

TEST(RemovableHandle, MayOutliveItsModule) {
  RemovableHandle handle;
  {
    Affine module;
    handle = module.RegisterForwardHook(
        [](const Module&, const std::vector<Datum>&, const Datum&) { return std::optional<Datum>(); });
  }
  handle.Remove();
}

TEST(Edit, ScalesAddsZeroesAndClampsOutputs) {
  const auto tree = MakeSequential({std::make_shared<Affine>(), std::make_shared<Affine>()});  // 3 -> 7 -> 15
  const auto edited = [&](Edit edit) {
    edit.path = "0";
    return Elements(*RunEdited(tree, {edit}));
  };
  EXPECT_THAT(edited({.action = Edit::Action::kScale, .scalar = 10}), ElementsAre(141));
  EXPECT_THAT(edited({.action = Edit::Action::kAdd, .scalar = 1}), ElementsAre(17));
  EXPECT_THAT(edited({.action = Edit::Action::kZero}), ElementsAre(1));
  EXPECT_THAT(edited({.action = Edit::Action::kClamp, .max = 5}), ElementsAre(11));
}

TEST(Edit, ReplacesAnArgumentWithATensorOfTheRequest) {
  const auto tree = MakeSequential({std::make_shared<Affine>()});
  Edit edit{.path = "0", .kind = HookKind::kForwardPre, .action = Edit::Action::kReplace, .operand = kThree.spec()};
  EXPECT_THAT(Elements(*RunEdited(tree, {edit}, {Tensor::Of<float>({1}, {50})})), ElementsAre(101));
  edit.operand = TensorSpec{DType::kFloat32, {2}};
  EXPECT_THAT(Text(RunEdited(tree, {edit}, {Tensor::Of<float>({2}, {0, 0})}).status()),
              HasSubstr("edit of 0: wrong type (got float32[2], want float32[1])"));
}

TEST(Edit, MayMeanOneCallOfASharedModule) {
  const auto shared = std::make_shared<Affine>();
  const auto tree = MakeSequential({shared, shared});  // 3 -> 7 -> 15
  EXPECT_THAT(Elements(*RunEdited(tree, {{.path = "0", .call_index = 1, .action = Edit::Action::kZero}})),
              ElementsAre(0));
  EXPECT_THAT(Elements(*RunEdited(tree, {{.path = "0", .call_index = 0, .action = Edit::Action::kZero}})),
              ElementsAre(1));
}

TEST(Edit, ChangesNothingWhereForwardDoesNotGo) {
  EXPECT_THAT(Elements(*RunEdited(std::make_shared<Affine>(), {{.path = "nowhere"}})), ElementsAre(7));
}

TEST(Edit, IsRefusedIfTheValueHasNoSuchTensor) {
  EXPECT_THAT(Text(RunEdited(MakeSequential({std::make_shared<Affine>()}), {{.path = "0", .leaf = 1}}).status()),
              HasSubstr("edit of 0: there is no such tensor in the value (got 1)"));
}

// def forward(self, x, y=2): return (self.child(x), y)
std::shared_ptr<GraphModule> MakeGraphModule(std::string child = "child") {
  FxGraph graph;
  using Kind = FxNode::Kind;
  graph.nodes.push_back({Kind::kPlaceholder, "x", "x", nullptr, {}, {}});
  graph.nodes.push_back({Kind::kPlaceholder, "y", "y", nullptr, {FxArgument(2)}, {}});
  graph.nodes.push_back({Kind::kCallModule, "call", std::move(child), nullptr, {FxArgument(NodeRef{0})}, {}});
  graph.nodes.push_back({Kind::kOutput,
                         "output",
                         "output",
                         nullptr,
                         {FxArgument(FxArgument::Tuple{{FxArgument(NodeRef{2}), FxArgument(NodeRef{1})}})},
                         {}});
  auto module = std::make_shared<GraphModule>("Net", std::move(graph));
  EXPECT_TRUE(module->RegisterModule("child", std::make_shared<Affine>()).ok());
  return module;
}

TEST(GraphModule, RunsItsGraphWithDefaultsAndKeywords) {
  const auto net = MakeGraphModule();
  ASSERT_TRUE(net->Check().ok());
  const Datum by_default = *RunModel(net);
  EXPECT_THAT(Elements(by_default.As<Datum::Tuple>()->items[0]), ElementsAre(7));
  EXPECT_EQ(*by_default.As<Datum::Tuple>()->items[1].As<int64_t>(), 2);
  const Datum by_name = *RunModel(net, {{}, {{"y", 5}, {"x", kThree}}});
  EXPECT_EQ(*by_name.As<Datum::Tuple>()->items[1].As<int64_t>(), 5);
}

TEST(GraphModule, ExplainsWrongArgumentsInPythonsWords) {
  const auto net = MakeGraphModule();
  EXPECT_THAT(Text(RunModel(net, {{}, {}}).status()),
              HasSubstr("Net.forward() missing 1 required positional argument: 'x'"));
  EXPECT_THAT(Text(RunModel(net, {{kThree, 1, 2}, {}}).status()),
              HasSubstr("Net.forward() takes from 2 to 3 positional arguments but 4 were given"));
  EXPECT_THAT(Text(RunModel(net, {{kThree}, {{"q", 1}}}).status()),
              HasSubstr("Net.forward() got an unexpected keyword argument 'q'"));
  EXPECT_THAT(Text(RunModel(net, {{kThree}, {{"x", kThree}}}).status()),
              HasSubstr("Net.forward() got multiple values for argument 'x'"));
}

TEST(GraphModule, CheckNamesTheNodeThatIsWrong) {
  EXPECT_THAT(Text(MakeGraphModule("zz")->Check()), HasSubstr("graph: node call: no such module (got \"zz\")"));
  FxGraph cycle;
  cycle.nodes.push_back({FxNode::Kind::kOutput, "output", "output", nullptr, {FxArgument(NodeRef{0})}, {}});
  EXPECT_THAT(Text(GraphModule("Net", cycle).Check()), HasSubstr("uses a node that does not come before it"));
  EXPECT_THAT(Text(GraphModule("Net", FxGraph()).Check()), HasSubstr("no nodes"));
}

TEST(GraphModule, WithoutAGraphCanBeLookedIntoAndNotCalled) {
  const auto module = std::make_shared<GraphModule>("Net", std::nullopt);
  EXPECT_TRUE(module->Check().ok());
  EXPECT_FALSE(module->has_forward());
  EXPECT_THAT(Text(RunModel(module).status()), HasSubstr("Module [Net] is missing the required \"forward\" function"));
}

TEST(Model, KeepsPlansAndForgetsTheLeastRecentlyUsed) {
  Model model(std::make_shared<Affine>(1, true, 1), {.cached_plans = 2});
  const auto plan = [&](int64_t size) {
    return model.Prepare({{*Tensor::Zeros({DType::kFloat32, {size}})}, {}})->plan;
  };
  const auto one = plan(1);
  EXPECT_EQ(plan(1), one);
  plan(2);
  plan(3);
  EXPECT_NE(plan(1), one);
}

TEST(Model, ObservesBothNamesOfASharedModule) {
  const auto shared = std::make_shared<Affine>();
  Model model(MakeSequential({shared, shared}), {});
  const auto call = *model.Prepare({{kThree}, {}}, {.observed = {{"0", HookKind::kForward}}});
  class Recorder final : public Observer {
   public:
    void OnObservation(Observation seen) override {
      events.push_back(seen.call.called_as + ":" + std::to_string(static_cast<int>(Elements(seen.output)[0])));
    }
    std::vector<std::string> events;
  } recorder;
  Workspace workspace;
  ASSERT_TRUE(call.plan->Execute(call.inputs, workspace, {}, &recorder).ok());
  EXPECT_THAT(recorder.events, ElementsAre("0:7", "1:15"));
}

}  // namespace
}  // namespace moduled::nn
