#include "tests/contract/suite/contract_test.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_P(ContractTest, ListsModelsByName) {
  const auto models = introspection().ListModels();
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 2u);
  EXPECT_EQ((*models)[0].model, (ModelRef{"shared", "1"}));
  EXPECT_EQ((*models)[1].model, (ModelRef{"tiny", "1"}));
  EXPECT_EQ((*models)[1].state, ModelState::kReady);
}

TEST_P(ContractTest, DescribesAModelAsItWasWritten) {
  const auto details = introspection().DescribeModel({"tiny", ""});
  ASSERT_TRUE(details.ok()) << details.status();
  EXPECT_EQ(details->model, (ModelRef{"tiny", "1"}));
  EXPECT_EQ(details->description, testing::DescriptionOf(testing::kTinyModel).Serialize());
  EXPECT_EQ(details->repr,
            "Sequential(\n"
            "  (0): Linear(in_features=3, out_features=2, bias=True)\n"
            "  (1): ReLU()\n"
            ")");
  EXPECT_EQ(details->parameter_count, 8);
  EXPECT_EQ(details->parameter_bytes, 32);
}

TEST_P(ContractTest, ListsModulesInPreOrderAndSharedOnesOnce) {
  const auto once = introspection().NamedModules({"shared", ""}, "", true);
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(once->model, (ModelRef{"shared", "1"}));
  EXPECT_THAT(PathsOf(once->items), ElementsAre("", "a", "idle", "list", "list.0"));
  const auto twice = introspection().NamedModules({"shared", ""}, "", false);
  EXPECT_THAT(PathsOf(twice->items), ElementsAre("", "a", "b", "idle", "list", "list.0"));
  const auto below = introspection().NamedModules({"shared", ""}, "list", true);
  EXPECT_THAT(PathsOf(below->items), ElementsAre("list", "list.0"));

  const ModuleInfo& root = once->items[0];
  EXPECT_EQ(root.type, "Shared");
  EXPECT_EQ(root.parameter_count, 0);
  EXPECT_FALSE(root.training);
  EXPECT_THAT(root.children, ElementsAre("a", "b", "idle", "list"));
  const ModuleInfo& linear = once->items[1];
  EXPECT_EQ(linear.type, "Linear");
  EXPECT_EQ(linear.extra_repr, "in_features=3, out_features=3, bias=True");
  EXPECT_EQ(linear.parameter_count, 12);
}

TEST_P(ContractTest, ListsChildrenAndLooksUpOne) {
  const auto children = introspection().NamedChildren({"shared", ""}, "");
  ASSERT_TRUE(children.ok()) << children.status();
  EXPECT_THAT(PathsOf(children->items), ElementsAre("a", "idle", "list"));
  const auto nested = introspection().NamedChildren({"shared", ""}, "list");
  EXPECT_THAT(PathsOf(nested->items), ElementsAre("list.0"));
  const auto submodule = introspection().GetSubmodule({"shared", ""}, "b");
  ASSERT_TRUE(submodule.ok()) << submodule.status();
  EXPECT_EQ(submodule->module.path, "b");
  EXPECT_EQ(submodule->repr, "Linear(in_features=3, out_features=3, bias=True)");
}

TEST_P(ContractTest, ListsParametersByTorchsRules) {
  const auto once = introspection().NamedParameters({"shared", ""}, "", {});
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_THAT(PathsOf(once->items), ElementsAre("a.weight", "a.bias"));
  EXPECT_EQ(once->items[0].tensor, (nn::TensorSpec{nn::DType::kFloat32, {3, 3}}));
  EXPECT_TRUE(once->items[0].requires_grad);
  const auto twice = introspection().NamedParameters({"shared", ""}, "", {.remove_duplicate = false});
  EXPECT_THAT(PathsOf(twice->items), ElementsAre("a.weight", "a.bias", "b.weight", "b.bias"));
  const auto own = introspection().NamedParameters({"shared", ""}, "", {.recurse = false});
  EXPECT_TRUE(own->items.empty());
}

TEST_P(ContractTest, HandsOutStateByName) {
  const auto parameter = introspection().GetParameter({"tiny", ""}, "0.weight");
  ASSERT_TRUE(parameter.ok()) << parameter.status();
  EXPECT_EQ(parameter->tensor.shape(), (nn::Shape{2, 3}));
  const auto state_dict = introspection().StateDict({"tiny", ""}, "");
  ASSERT_TRUE(state_dict.ok()) << state_dict.status();
  ASSERT_EQ(state_dict->state_dict.tensors.size(), 2u);
  EXPECT_EQ(state_dict->state_dict.tensors[0].first, "0.weight");
  EXPECT_EQ(state_dict->state_dict.tensors[0].second.bytes(), parameter->tensor.bytes());
  ASSERT_EQ(state_dict->state_dict.metadata.size(), 3u);
  EXPECT_EQ(state_dict->state_dict.metadata[1], (std::pair<std::string, int64_t>("0", 1)));
  const auto below = introspection().StateDict({"tiny", ""}, "0");
  EXPECT_EQ(below->state_dict.tensors.at(1).first, "bias");
}

TEST_P(ContractTest, HandsOutBuffersByName) {
  repository_.Add("norm", "batch_norm2d { num_features: 2 }");
  ASSERT_TRUE(admin().LoadModel({.model = {"norm", ""}}).ok());
  const auto buffers = introspection().NamedBuffers({"norm", ""}, "", {});
  ASSERT_TRUE(buffers.ok()) << buffers.status();
  EXPECT_THAT(PathsOf(buffers->items), ElementsAre("running_mean", "running_var", "num_batches_tracked"));
  EXPECT_TRUE(buffers->items[0].persistent);
  const auto buffer = introspection().GetBuffer({"norm", ""}, "running_var");
  ASSERT_TRUE(buffer.ok()) << buffer.status();
  EXPECT_THAT(buffer->tensor.elements<float>(), ElementsAre(1, 1));
}

TEST_P(ContractTest, SaysWhatIsNotThereInTheSameWords) {
  EXPECT_EQ(introspection().DescribeModel({"tny", ""}).status(),
            absl::NotFoundError("model \"tny\": not loaded; did you mean \"tiny\"?"));
  const absl::Status path = introspection().GetParameter({"tiny", ""}, "0.wait").status();
  EXPECT_EQ(path.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(path.message()), HasSubstr("`wait`"));
  EXPECT_EQ(introspection().NamedModules({"tiny", ""}, "x", true).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(introspection().StateDict({"tiny", ""}, "x").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(introspection().GetBuffer({"tiny", "0"}, "x").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace moduled::contract
