#include "nn/layers/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/layers/layer.h"
#include "nn/modules/containers.h"
#include "tests/nn/layers/make_layer.h"

namespace moduled::nn {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

// Sequential(Linear(2, 2), Sequential(BatchNorm2d(3), ReLU())), the linear layer twice.
std::shared_ptr<Sequential> MakeTree() {
  const std::shared_ptr<Module> linear = MakeLayer("Linear", {{"in_features", 2}, {"out_features", 2}});
  const auto inner = std::make_shared<Sequential>();
  EXPECT_TRUE(inner->RegisterModule("norm", MakeLayer("BatchNorm2d", {{"num_features", 3}})).ok());
  EXPECT_TRUE(inner->RegisterModule("relu", MakeLayer("ReLU", {})).ok());
  EXPECT_TRUE(inner->RegisterModule("again", linear).ok());
  const auto tree = std::make_shared<Sequential>();
  EXPECT_TRUE(tree->RegisterModule("first", linear).ok());
  EXPECT_TRUE(tree->RegisterModule("inner", inner).ok());
  return tree;
}

std::vector<std::string> Lines(const std::vector<Visit>& visits) {
  std::vector<std::string> lines;
  for (const Visit& visit : visits) {
    std::string line = visit.path + " " + visit.type + ":";
    for (const std::string& name : visit.changed) line += " " + name;
    lines.push_back(std::move(line));
  }
  return lines;
}

const Tensor& ParameterOf(const Module& root, absl::string_view path) { return (*root.get_parameter(path))->data; }

TEST(Apply, VisitsChildrenFirstAndWhatTwoParentsShareTwice) {
  const auto tree = MakeTree();
  const auto visits = Apply(*tree, "", {{.action = init::ConstantFunction(3)}}, 0);
  ASSERT_EQ(visits.status(), absl::OkStatus());
  EXPECT_THAT(Lines(*visits),
              ElementsAre("first Linear: weight bias", "inner.norm BatchNorm2d: weight bias",
                          "inner.relu ReLU:", "inner.again Linear: weight bias", "inner Sequential:", " Sequential:"));
  EXPECT_THAT(ParameterOf(*tree, "first.weight").elements<float>(), Each(3));
}

TEST(Apply, MeansTypesAndNamesThatAreGiven) {
  const auto tree = MakeTree();
  const std::vector<ApplyFunction> functions = {
      {.type = "BatchNorm2d", .names = {"weight", "running_mean"}, .action = init::ConstantFunction(5)},
      {.type = "BatchNorm2d", .names = {"weight"}, .action = ScaleBy{2}},
      {.type = "BatchNorm2d", .names = {"running_mean"}, .action = ClampTo{std::nullopt, 4}}};
  const auto visits = Apply(*tree, "inner", functions, 0);
  EXPECT_THAT(Lines(*visits), testing::Contains("inner.norm BatchNorm2d: weight running_mean"));
  EXPECT_THAT(ParameterOf(*tree, "inner.norm.weight").elements<float>(), Each(10));
  EXPECT_THAT(ParameterOf(*tree, "inner.norm.bias").elements<float>(), Each(0));
  EXPECT_THAT((*tree->get_buffer("inner.norm.running_mean"))->data.elements<float>(), Each(4));
}

TEST(Apply, ResetsParametersAsALayerWouldBeMade) {
  const auto tree = MakeTree();
  ASSERT_TRUE(Apply(*tree, "", {{.action = init::ConstantFunction(3)}}, 0).ok());
  ASSERT_TRUE(Apply(*tree, "first", {{.action = ResetParameters()}}, 7).ok());
  InitContext context({.seed = 7});
  const Attributes attributes = {{"in_features", 2}, {"out_features", 2}};
  const std::shared_ptr<Layer> fresh = *(*FindLayer("Linear"))->create({attributes, context});
  for (const char* name : {"weight", "bias"}) {
    EXPECT_EQ(ParameterOf(*tree, std::string("first.") + name).bytes(), ParameterOf(*fresh, name).bytes()) << name;
  }
}

TEST(Apply, CastsEverythingThatIsFloatingPoint) {
  const auto tree = MakeTree();
  const auto visits = Apply(*tree, "inner.norm", {{.action = CastTo{DType::kFloat64}}}, 0);
  EXPECT_THAT(Lines(*visits), ElementsAre("inner.norm BatchNorm2d: weight bias running_mean running_var"));
  EXPECT_EQ(ParameterOf(*tree, "inner.norm.weight").dtype(), DType::kFloat64);
  EXPECT_EQ((*tree->get_buffer("inner.norm.num_batches_tracked"))->data.dtype(), DType::kInt64);
  EXPECT_THAT(Apply(*tree, "", {{.action = CastTo{DType::kInt64}}}, 0).status().message(),
              HasSubstr("nn.Module.to only accepts floating point or complex dtypes"));
}

TEST(Apply, SetsModesAndFreezes) {
  const auto tree = MakeTree();
  const std::vector<ApplyFunction> functions = {{.action = SetTraining{false}},
                                                {.names = {"bias"}, .action = SetRequiresGrad{false}}};
  EXPECT_THAT(Lines(*Apply(*tree, "first", functions, 0)), ElementsAre("first Linear: training bias"));
  EXPECT_FALSE((*tree->get_submodule("first"))->training());
  EXPECT_TRUE(tree->training());
  EXPECT_FALSE((*tree->get_parameter("first.bias"))->requires_grad);
  EXPECT_TRUE((*tree->get_parameter("first.weight"))->requires_grad);
}

TEST(Apply, NamesTheModuleAndTensorThatCannotBeFilled) {
  const auto tree = MakeTree();
  EXPECT_EQ(Apply(*tree, "", {{.action = init::EyeFunction()}}, 0).status().message(),
            "first (Linear): bias: Only tensors with 2 dimensions are supported");
  EXPECT_EQ(Apply(*tree, "", {{.names = {"num_batches_tracked"}, .action = ScaleBy{2}}}, 0).status().message(),
            "inner.norm (BatchNorm2d): num_batches_tracked: only floating-point tensors can be changed (got int64)");
  EXPECT_THAT(Apply(*tree, "nowhere", {}, 0).status().message(), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace moduled::nn
