#include "nn/layers/lazy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/modules/containers.h"
#include "nn/modules/state_dict.h"
#include "tests/nn/layers/make_layer.h"

namespace moduled::nn {
namespace {

using testing::HasSubstr;

const CallSignature kImage = {{SpecTree(TensorSpec{DType::kFloat32, {1, 3, 4, 4}})}, {}};

std::shared_ptr<Module> LazyConv(int64_t out_channels, int64_t kernel_size) {
  return MakeLayer("LazyConv2d", {{"out_channels", out_channels}, {"kernel_size", kernel_size}});
}

std::shared_ptr<Module> Chain(const std::vector<std::shared_ptr<Module>>& modules) {
  auto chain = std::make_shared<Sequential>();
  for (size_t i = 0; i < modules.size(); ++i) {
    EXPECT_EQ(chain->RegisterModule(std::to_string(i), modules[i]), absl::OkStatus());
  }
  return chain;
}

absl::Status Resolve(std::shared_ptr<Module>& root, const CallSignature& signature = kImage) {
  InitContext context({.seed = 5});
  return ResolveLazyLayers(root, signature, context);
}

TEST(Lazy, BecomesALayerOfWhatItsFirstInputHas) {
  auto root = Chain({LazyConv(2, 2), LazyConv(1, 1)});
  EXPECT_EQ(root->Repr(),
            "Sequential(\n  (0): LazyConv2d(0, 2, kernel_size=(2, 2), stride=(1, 1))\n"
            "  (1): LazyConv2d(0, 1, kernel_size=(1, 1), stride=(1, 1))\n)");
  ASSERT_EQ(Resolve(root), absl::OkStatus());
  EXPECT_EQ(root->Repr(),
            "Sequential(\n  (0): Conv2d(3, 2, kernel_size=(2, 2), stride=(1, 1))\n"
            "  (1): Conv2d(2, 1, kernel_size=(1, 1), stride=(1, 1))\n)");
  EXPECT_EQ(CheckResolved(*root), absl::OkStatus());
  EXPECT_TRUE(RunModule(root, Ramp({2, 3, 5, 6})).ok());
}

TEST(Lazy, DrawsItsParametersBehindThoseOfTheOthersAsTorchDoes) {
  InitContext context({.seed = 5});
  const auto made = [&](absl::string_view name, const Attributes& attributes) {
    return *(*FindLayer(name))->create({attributes, context});
  };
  auto root = Chain({made("LazyConv2d", {{"out_channels", 2}, {"kernel_size", 2}}),
                     made("Conv2d", {{"in_channels", 2}, {"out_channels", 1}, {"kernel_size", 1}}),
                     made("LazyConv2d", {{"out_channels", 1}, {"kernel_size", 1}, {"bias", false}})});
  ASSERT_EQ(ResolveLazyLayers(root, kImage, context), absl::OkStatus());
  // torch.manual_seed(5), the same constructors, and one call.
  const std::pair<const char*, float> first_elements[] = {{"0.weight", 0.18470995128154755f},
                                                          {"0.bias", 0.1035686656832695f},
                                                          {"1.weight", 0.46704667806625366f},
                                                          {"1.bias", 0.5762491226196289f},
                                                          {"2.weight", -0.21880745887756348f}};
  for (const auto& [name, first] : first_elements) {
    EXPECT_EQ((*root->get_parameter(name))->data.elements<float>()[0], first) << name;
  }
}

TEST(Lazy, IsReplacedWhereverItIsShared) {
  const auto lazy = LazyConv(3, 1);
  auto root = Chain({lazy, Chain({lazy})});
  ASSERT_EQ(Resolve(root), absl::OkStatus());
  EXPECT_EQ(*root->get_submodule("0"), *root->get_submodule("1.0"));
  EXPECT_EQ((*root->get_submodule("0"))->type(), "Conv2d");
}

TEST(Lazy, LinearLearnsTheLastExtent) {
  std::shared_ptr<Module> root = MakeLayer("LazyLinear", {{"out_features", 2}, {"bias", false}});
  EXPECT_EQ(root->Repr(), "LazyLinear(in_features=0, out_features=2, bias=False)");
  EXPECT_THAT(Resolve(root, {{SpecTree(TensorSpec{DType::kFloat32, {}})}, {}}).message(),
              HasSubstr("tuple index out of range"));
  ASSERT_EQ(Resolve(root), absl::OkStatus());
  EXPECT_EQ(root->Repr(), "Linear(in_features=4, out_features=2, bias=False)");
}

TEST(Lazy, NormalisationsLearnTheirChannels) {
  std::shared_ptr<Module> root = Chain(
      {MakeLayer("LazyBatchNorm2d", {{"momentum_none", true}}), MakeLayer("LazyInstanceNorm2d", {{"affine", true}})});
  EXPECT_EQ((*root->get_submodule("0"))->Repr(),
            "LazyBatchNorm2d(0, eps=1e-05, momentum=None, affine=True, track_running_stats=True)");
  ASSERT_EQ(Resolve(root), absl::OkStatus());
  EXPECT_EQ((*root->get_submodule("0"))->Repr(),
            "BatchNorm2d(3, eps=1e-05, momentum=None, affine=True, track_running_stats=True)");
  EXPECT_EQ((*root->get_submodule("1"))->Repr(),
            "InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=False)");
  EXPECT_EQ(GetStateDict(*root).tensors.size(), 7u);
  root = MakeLayer("LazyBatchNorm1d");
  EXPECT_THAT(Resolve(root).message(), HasSubstr("expected 2D or 3D input (got 4D input)"));
  EXPECT_THAT(Resolve(root, {{SpecTree(TensorSpec{DType::kFloat32, {4}})}, {}}).message(),
              HasSubstr("tuple index out of range"));
}

TEST(Lazy, MayBeTheWholeTree) {
  std::shared_ptr<Module> root = LazyConv(2, 1);
  ASSERT_EQ(Resolve(root), absl::OkStatus());
  EXPECT_EQ(root->type(), "Conv2d");
}

TEST(Lazy, KeepsItsArgumentsModeAndElementType) {
  InitContext context({});
  context.set_dtype(DType::kFloat64);
  std::shared_ptr<Module> root =
      *(*FindLayer("LazyConvTranspose1d"))->create({{{"out_channels", 4}, {"kernel_size", 3}, {"groups", 2}}, context});
  root->train();
  context.set_dtype(DType::kFloat32);
  ASSERT_EQ(ResolveLazyLayers(root, {{SpecTree(TensorSpec{DType::kFloat64, {6, 9}})}, {}}, context), absl::OkStatus());
  EXPECT_EQ(root->Repr(), "ConvTranspose1d(6, 4, kernel_size=(3,), stride=(1,), groups=2)");
  EXPECT_TRUE(root->training());
  EXPECT_EQ((*root->get_parameter("weight"))->data.spec(), (TensorSpec{DType::kFloat64, {6, 2, 3}}));
  const Attributes attributes = dynamic_cast<const Layer&>(*root).attributes();
  EXPECT_EQ(attributes.front(), (std::pair<std::string, Attribute>("in_channels", 6)));
  EXPECT_EQ(attributes.size(), 4u);
}

TEST(Lazy, HasNoStateAndCannotBeCalledBefore) {
  const auto lazy = LazyConv(2, 1);
  EXPECT_TRUE(GetStateDict(*lazy).tensors.empty());
  EXPECT_THAT(Trial(*lazy, {DType::kFloat32, {1, 3, 4, 4}}).message(),
              HasSubstr("Attempted to use an uninitialized parameter"));
  EXPECT_EQ(CheckResolved(*Chain({lazy})).message(),
            "0 (LazyConv2d): the layer is lazy and must be called by a forward on the signature's example shapes");
}

TEST(Lazy, StaysLazyWhereNothingCallsIt) {
  const auto list = std::make_shared<ModuleList>();
  ASSERT_EQ(list->RegisterModule("0", LazyConv(2, 1)), absl::OkStatus());
  std::shared_ptr<Module> root = list;
  EXPECT_FALSE(Resolve(root).ok()) << "a list has no forward";
  EXPECT_EQ((*root->get_submodule("0"))->type(), "LazyConv2d");
  EXPECT_THAT(Trial(**root->get_submodule("0"), {DType::kFloat32, {1, 3, 4, 4}}).message(),
              HasSubstr("uninitialized parameter"))
      << "a forward that failed still resolves";
}

TEST(Lazy, SaysWhatIsWrongWithItsInputInTorchsWords) {
  auto root = Chain({LazyConv(2, 1)});
  EXPECT_THAT(Resolve(root, {{SpecTree(TensorSpec{DType::kFloat32, {4, 5}})}, {}}).message(),
              HasSubstr("0 (LazyConv2d): Expected 3D (unbatched) or 4D (batched) input to LazyConv2d, but got input of "
                        "size: torch.Size([4, 5])"));
  root = Chain({MakeLayer("LazyConv2d", {{"out_channels", 4}, {"kernel_size", 1}, {"groups", 4}})});
  EXPECT_THAT(Resolve(root).message(), HasSubstr("in_channels must be divisible by groups"));
}

TEST(Lazy, ChecksItsOtherArgumentsWhenItIsMade) {
  EXPECT_EQ(TryMakeLayer("LazyConv2d", {{"out_channels", 3}, {"kernel_size", 1}, {"groups", 2}}).status().message(),
            "groups: out_channels must be divisible by groups");
  EXPECT_FALSE(TryMakeLayer("LazyConvTranspose3d", {{"out_channels", 3}}).ok());
  EXPECT_THAT(
      TryMakeLayer("LazyConv1d", {{"in_channels", 3}, {"out_channels", 3}, {"kernel_size", 1}}).status().message(),
      HasSubstr("in_channels: no such argument"));
}

}  // namespace
}  // namespace moduled::nn
