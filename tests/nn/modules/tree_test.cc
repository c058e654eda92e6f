// Names, walks and look-ups. The expected texts and orders are those of torch.nn.Module.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/modules/test_modules.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Text(const absl::Status& status) { return std::string(status.message()); }

TEST(RegisterModule, RefusesNamesThatTorchRefuses) {
  Affine module;
  EXPECT_EQ(Text(module.RegisterModule("a.b", nullptr)), "module name can't contain \".\", got: a.b");
  EXPECT_EQ(Text(module.RegisterModule("", nullptr)), "module name can't be empty string \"\"");
  EXPECT_EQ(Text(module.RegisterModule("weight", nullptr)), "attribute 'weight' already exists");
}

TEST(RegisterParameter, RefusesNamesThatTorchRefuses) {
  Affine module;
  EXPECT_EQ(Text(module.RegisterParameter("a.b", nullptr)), "parameter name can't contain \".\"");
  EXPECT_EQ(Text(module.RegisterParameter("", nullptr)), "parameter name can't be empty string \"\"");
  ASSERT_TRUE(module.RegisterModule("child", nullptr).ok());
  EXPECT_EQ(Text(module.RegisterParameter("child", nullptr)), "attribute 'child' already exists");
}

TEST(RegisterBuffer, RefusesNamesThatTorchRefuses) {
  Affine module;
  EXPECT_EQ(Text(module.RegisterBuffer("a.b", nullptr)), "buffer name can't contain \".\"");
  EXPECT_EQ(Text(module.RegisterBuffer("bias", nullptr)), "attribute 'bias' already exists")
      << "a slot of None is taken";
}

TEST(RegisterModule, ReplacesAChildInItsPlace) {
  auto tree = MakeSequential({std::make_shared<Affine>(), std::make_shared<Affine>()});
  const auto replacement = std::make_shared<Counting>();
  ASSERT_TRUE(tree->RegisterModule("0", replacement).ok());
  EXPECT_THAT(Names(tree->named_children()), ElementsAre("0", "1"));
  EXPECT_EQ(*tree->get_submodule("0"), replacement.get());
}

TEST(RegisterModule, RefusesACycle) {
  auto inner = std::make_shared<Sequential>();
  auto outer = MakeSequential({inner});
  EXPECT_FALSE(inner->RegisterModule("up", outer).ok());
  EXPECT_FALSE(inner->RegisterModule("self", inner).ok());
}

TEST(NamedChildren, SkipsNoneAndRepeats) {
  const auto shared = std::make_shared<Affine>();
  EXPECT_THAT(Names(MakeSequential({shared, nullptr, shared})->named_children()), ElementsAre("0"));
}

TEST(NamedModules, WalksInPreOrderAndNamesASharedModuleOnce) {
  const auto shared = std::make_shared<Affine>();
  const auto tree = MakeSequential({MakeSequential({shared}), shared});
  EXPECT_THAT(Names(tree->named_modules()), ElementsAre("", "0", "0.0"));
  EXPECT_THAT(Names(tree->named_modules(/*remove_duplicate=*/false)), ElementsAre("", "0", "0.0", "1"));
  EXPECT_THAT(Names(tree->named_modules(true, "net")), ElementsAre("net", "net.0", "net.0.0"));
}

TEST(NamedParameters, SkipsNoneAndTiedWeights) {
  auto first = std::make_shared<Affine>(1, /*bias=*/false);
  auto second = std::make_shared<Affine>();
  ASSERT_TRUE(second->RegisterParameter("weight", *first->parameter_slots().Find("weight")).ok());
  const auto tree = MakeSequential({first, second});
  EXPECT_THAT(Names(tree->named_parameters()), ElementsAre("0.weight", "1.bias"));
  EXPECT_THAT(Names(tree->named_parameters(true, /*remove_duplicate=*/false)),
              ElementsAre("0.weight", "1.weight", "1.bias"));
  EXPECT_THAT(Names(tree->named_parameters(/*recurse=*/false)), IsEmpty());
}

TEST(NamedBuffers, IncludesThoseThatTheStateDictLeavesOut) {
  Affine module;
  auto buffer = std::make_shared<Buffer>();
  buffer->persistent = false;
  ASSERT_TRUE(module.RegisterBuffer("position", buffer).ok());
  EXPECT_THAT(Names(module.named_buffers()), ElementsAre("position"));
}

TEST(GetSubmodule, ExplainsWhatItDoesNotFindInTorchsWords) {
  const auto tree = MakeSequential({std::make_shared<Affine>()});
  EXPECT_EQ(*tree->get_submodule(""), tree.get());
  EXPECT_EQ(Text(tree->get_submodule("0.zz").status()), "Affine has no attribute `zz`");
  EXPECT_EQ(Text(tree->get_submodule("0.weight").status()), "`weight` is not an nn.Module");
  EXPECT_EQ(tree->get_submodule("0..0").status().code(), absl::StatusCode::kNotFound);
}

TEST(GetParameter, ExplainsWhatItDoesNotFindInTorchsWords) {
  const auto tree = MakeSequential({std::make_shared<Affine>(), std::make_shared<Counting>()});
  EXPECT_TRUE(tree->get_parameter("0.weight").ok());
  EXPECT_EQ(Text(tree->get_parameter("0.x").status()), "Affine has no attribute `x`");
  EXPECT_EQ(Text(tree->get_parameter("1.num_batches_tracked").status()),
            "`num_batches_tracked` is not an nn.Parameter");
  EXPECT_EQ(Text(tree->get_buffer("0.weight").status()), "`weight` is not a buffer");
  EXPECT_TRUE(tree->get_buffer("1.num_batches_tracked").ok());
}

TEST(Apply, VisitsInPostOrderAndASharedModuleOnceForEachParent) {
  const auto shared = std::make_shared<Affine>();
  const auto tree = MakeSequential({MakeSequential({shared, shared}), shared});
  std::vector<std::string> visited;
  tree->apply([&](Module& module) { visited.push_back(module.type()); });
  EXPECT_THAT(visited, ElementsAre("Affine", "Sequential", "Affine", "Sequential"));
}

TEST(Train, ReachesEveryModule) {
  const auto tree = MakeSequential({MakeSequential({std::make_shared<Affine>()})});
  tree->eval();
  EXPECT_FALSE((*tree->get_submodule("0.0"))->training());
  tree->train();
  EXPECT_TRUE((*tree->get_submodule("0.0"))->training());
}

TEST(RequiresGrad, ChangesParametersAlone) {
  const auto tree = MakeSequential({std::make_shared<Affine>()});
  tree->requires_grad_(false);
  EXPECT_FALSE((*tree->get_parameter("0.bias"))->requires_grad);
}

TEST(Repr, NestsAsTorchDoes) {
  EXPECT_EQ(Affine().Repr(), "Affine(1, 1)");
  EXPECT_EQ(Sequential().Repr(), "Sequential()");
  EXPECT_EQ(MakeSequential({MakeSequential({std::make_shared<Affine>()}), nullptr})->Repr(),
            "Sequential(\n  (0): Sequential(\n    (0): Affine(1, 1)\n  )\n  (1): None\n)");
}

TEST(Repr, ListsParametersOfContainersWithTorchsOwnIndentation) {
  ParameterDict dict;
  ASSERT_TRUE(dict.RegisterParameter("a", MakeParameter({2})).ok());
  EXPECT_EQ(dict.Repr(), "ParameterDict(  (a): Parameter containing: [torch.FloatTensor of size 2])");
  auto list = std::make_shared<ParameterList>();
  ASSERT_TRUE(list->RegisterParameter("0", MakeParameter({2, 3})).ok());
  ASSERT_TRUE(list->RegisterParameter("1", MakeParameter({4})).ok());
  ModuleList outer;
  ASSERT_TRUE(outer.RegisterModule("0", list).ok());
  EXPECT_EQ(outer.Repr(),
            "ModuleList(\n"
            "  (0): ParameterList(\n"
            "      (0): Parameter containing: [torch.float32 of size 2x3]\n"
            "      (1): Parameter containing: [torch.float32 of size 4]\n"
            "  )\n"
            ")");
}

TEST(Forward, IsMissingInAModuleList) {
  ModuleList list;
  const auto graph = Trace::Run(list, {});
  EXPECT_THAT(Text(graph.status()), HasSubstr("Module [ModuleList] is missing the required \"forward\" function"));
}

}  // namespace
}  // namespace moduled::nn
