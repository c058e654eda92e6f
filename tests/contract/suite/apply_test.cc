// Apply, Train and RequiresGrad: what changes a model as torch.nn.Module's methods do.
#include "tests/contract/suite/contract_test.h"

namespace moduled::contract {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Of every module, in named_modules' order.
std::vector<bool> TrainingOf(Introspection& introspection, const ModelRef& model) {
  std::vector<bool> training;
  const auto modules = introspection.NamedModules(model, "", true);
  EXPECT_TRUE(modules.ok()) << modules.status();
  if (!modules.ok()) return training;
  for (const ModuleInfo& module : modules->items) {
    training.push_back(module.training);
  }
  return training;
}

std::vector<bool> RequiresGradOf(Introspection& introspection, const ModelRef& model) {
  std::vector<bool> requires_grad;
  const auto parameters = introspection.NamedParameters(model, "", {});
  EXPECT_TRUE(parameters.ok()) << parameters.status();
  if (!parameters.ok()) return requires_grad;
  for (const ParameterInfo& parameter : parameters->items) {
    requires_grad.push_back(parameter.requires_grad);
  }
  return requires_grad;
}

TEST_P(ContractTest, AppliesFunctionsToChildrenFirst) {
  const auto reply = admin().Apply({.model = {"tiny", ""},
                                    .functions = {{"Linear", {"weight"}, ConstantInit{0.5}},
                                                  {"", {"bias"}, ConstantInit{-1}},
                                                  {"Linear", {}, ScaleFunction{2}}}});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->model, (ModelRef{"tiny", "2"}));
  EXPECT_THAT(PathsOf(reply->visited), ElementsAre("0", "1", ""));
  EXPECT_EQ(reply->visited[0].type, "Linear");
  EXPECT_THAT(reply->visited[0].changed, ElementsAre("weight", "bias"));
  EXPECT_THAT(reply->visited[1].changed, IsEmpty());
  EXPECT_THAT(introspection().GetParameter({"tiny", ""}, "0.weight")->tensor.elements<float>(), Each(1));
  EXPECT_THAT(introspection().GetParameter({"tiny", ""}, "0.bias")->tensor.elements<float>(), Each(-2));
  EXPECT_THAT(Forward(Call("tiny"))->output.As<nn::Tensor>()->elements<float>(), ElementsAre(4, 4)) << "1 + 2 + 3 - 2";
}

TEST_P(ContractTest, LeavesTheVersionBeforeAsItWas) {
  const auto before = introspection().StateDict({"tiny", ""}, "")->state_dict;
  ASSERT_TRUE(admin().Apply({.model = {"tiny", ""}, .functions = {{"", {}, ConstantInit{0}}}}).ok());
  const auto old = introspection().GetParameter({"tiny", "1"}, "0.weight");
  ASSERT_TRUE(old.ok()) << old.status();
  EXPECT_EQ(old->tensor.bytes(), before.tensors[0].second.bytes());
}

TEST_P(ContractTest, DrawsTheSameFromTheSameSeed) {
  const auto weight_of = [&](uint64_t seed) {
    const auto reply =
        admin().Apply({.model = {"tiny", "1"}, .path = "0", .functions = {{"", {}, NormalInit{}}}, .seed = seed});
    EXPECT_TRUE(reply.ok()) << reply.status();
    const auto parameter = introspection().GetParameter(reply->model, "0.weight");
    const auto elements = parameter->tensor.elements<float>();
    return std::vector<float>(elements.begin(), elements.end());
  };
  const std::vector<float> drawn = weight_of(7);
  EXPECT_EQ(weight_of(7), drawn);
  EXPECT_NE(weight_of(8), drawn);
}

TEST_P(ContractTest, SetsTheModeOfAModuleAndThoseBelow) {
  EXPECT_THAT(TrainingOf(introspection(), {"shared", ""}), Each(false));
  const auto part = admin().Train({"shared", ""}, "list", true);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(*part, (ModelRef{"shared", "2"}));
  EXPECT_THAT(TrainingOf(introspection(), *part), ElementsAre(false, false, false, true, true));
  const auto whole = admin().Train({"shared", ""}, "", true);
  EXPECT_THAT(TrainingOf(introspection(), *whole), Each(true));
  EXPECT_THAT(TrainingOf(introspection(), *admin().Train({"shared", ""}, "", false)), Each(false));
}

TEST_P(ContractTest, SetsWhetherParametersRequireGradients) {
  EXPECT_THAT(RequiresGradOf(introspection(), {"tiny", ""}), ElementsAre(true, true));
  const auto frozen = admin().RequiresGrad({"tiny", ""}, "0", false);
  ASSERT_TRUE(frozen.ok()) << frozen.status();
  EXPECT_EQ(*frozen, (ModelRef{"tiny", "2"}));
  EXPECT_THAT(RequiresGradOf(introspection(), *frozen), ElementsAre(false, false));
  EXPECT_THAT(RequiresGradOf(introspection(), *admin().RequiresGrad({"tiny", ""}, "", true)), ElementsAre(true, true));
}

TEST_P(ContractTest, WritesNothingForChangesThatCannotBe) {
  const ModelRef tiny{"tiny", ""};
  const ApplyFunction zeros{"", {}, ConstantInit{0}};
  EXPECT_EQ(admin().Apply({.model = {"none", ""}, .functions = {zeros}}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(admin().Apply({.model = tiny, .path = "2", .functions = {zeros}}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(admin().Train(tiny, "2", true).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(admin().RequiresGrad(tiny, "0.none", true).status().code(), absl::StatusCode::kNotFound);
  // torch.nn.init.dirac_(torch.empty(2, 3)).
  const absl::Status dirac = admin().Apply({.model = tiny, .functions = {{"", {"weight"}, DiracInit{}}}}).status();
  EXPECT_EQ(dirac.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(dirac.message()), HasSubstr("Only tensors with 3, 4, or 5 dimensions are supported"));
  EXPECT_EQ(repository_.List("tiny"), std::vector<std::string>{"1"});
}

}  // namespace
}  // namespace moduled::contract
