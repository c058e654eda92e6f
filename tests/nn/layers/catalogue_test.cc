// What holds for every layer and function of the catalogue.
#include "nn/layers/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "nn/layers/near_names.h"
#include "tests/nn/layers/make_layer.h"

namespace moduled::nn {
namespace {

using testing::HasSubstr;

// Arguments that every layer without defaults can be made from, and inputs that it takes.
const std::map<std::string, std::pair<Attributes, Shape>>& Examples() {
  static const auto& examples = *new std::map<std::string, std::pair<Attributes, Shape>>{
      {"Linear", {{{"in_features", 4}, {"out_features", 3}}, {2, 4}}},
      {"Conv2d", {{{"in_channels", 3}, {"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 5, 6}}},
      {"BatchNorm2d", {{{"num_features", 3}}, {2, 3, 4, 5}}},
      {"LayerNorm", {{{"normalized_shape", Ints({4})}}, {2, 4}}},
      {"MaxPool1d", {{{"kernel_size", 2}}, {2, 3, 4}}},
      {"MaxPool2d", {{{"kernel_size", 2}, {"return_indices", true}}, {2, 3, 4, 5}}},
      {"MaxPool3d", {{{"kernel_size", 2}}, {2, 3, 4, 5, 6}}},
      {"AvgPool1d", {{{"kernel_size", 2}}, {2, 3, 4}}},
      {"AvgPool2d", {{{"kernel_size", 2}}, {2, 3, 4, 5}}},
      {"AvgPool3d", {{{"kernel_size", 2}}, {2, 3, 4, 5, 6}}},
      {"AdaptiveAvgPool1d", {{{"output_size", 2}}, {2, 3, 4}}},
      {"AdaptiveAvgPool2d", {{{"output_size", 2}}, {2, 3, 4, 5}}},
      {"AdaptiveAvgPool3d", {{{"output_size", 2}}, {2, 3, 4, 5, 6}}},
      {"AdaptiveMaxPool1d", {{{"output_size", 2}, {"return_indices", true}}, {2, 3, 4}}},
      {"AdaptiveMaxPool2d", {{{"output_size", 2}}, {2, 3, 4, 5}}},
      {"AdaptiveMaxPool3d", {{{"output_size", 2}}, {2, 3, 4, 5, 6}}},
  };
  return examples;
}

std::pair<Attributes, Shape> ExampleOf(absl::string_view name) {
  const auto found = Examples().find(std::string(name));
  return found == Examples().end() ? std::pair<Attributes, Shape>{{}, {2, 3, 4}} : found->second;
}

TEST(Catalogue, NamesEverythingOnce) {
  std::set<absl::string_view> names;
  for (const LayerInfo& layer : AllLayers()) EXPECT_TRUE(names.insert(layer.name).second) << layer.name;
  names.clear();
  for (const Function& function : AllFunctions()) EXPECT_TRUE(names.insert(function.name).second) << function.name;
}

TEST(Catalogue, FindsEverythingByName) {
  for (const LayerInfo& layer : AllLayers()) EXPECT_EQ((*FindLayer(layer.name))->create, layer.create);
  for (const Function& function : AllFunctions()) EXPECT_EQ((*FindFunction(function.name))->call, function.call);
}

TEST(Catalogue, NamesWhatIsNearToAnUnknownName) {
  EXPECT_EQ(FindLayer("Conv3d").status().message(), "unknown layer 'Conv3d'; did you mean Conv2d?");
  EXPECT_EQ(FindLayer("linear").status().message(), "unknown layer 'linear'; did you mean Linear?");
  EXPECT_EQ(FindFunction("permutate").status().message(), "unknown function 'permutate'; did you mean permute?");
  EXPECT_EQ(FindFunction("fourier_transform").status().message(), "unknown function 'fourier_transform'");
  EXPECT_EQ(FindFunction("").status().message(), "unknown function ''");
  EXPECT_EQ(NearNames(std::string(1 << 20, 'a'), {"a"}), "");
}

TEST(Catalogue, LayersAreCalledWhatTheCatalogueCallsThem) {
  for (const LayerInfo& layer : AllLayers())
    EXPECT_EQ(MakeLayer(layer.name, ExampleOf(layer.name).first)->type(), layer.name);
}

TEST(Catalogue, LayersKeepWhatTheyWereMadeFrom) {
  for (const LayerInfo& layer : AllLayers()) {
    const Attributes attributes = ExampleOf(layer.name).first;
    EXPECT_EQ(MakeLayer(layer.name, attributes)->attributes(), attributes) << layer.name;
  }
}

TEST(Catalogue, LayersRefuseArgumentsThatTheyDoNotHave) {
  for (const LayerInfo& layer : AllLayers()) {
    Attributes attributes = ExampleOf(layer.name).first;
    attributes.emplace_back("colour", "red");
    const absl::Status status = TryMakeLayer(layer.name, attributes).status();
    EXPECT_EQ(status.message(), "colour: no such argument") << layer.name;
  }
}

TEST(Catalogue, LayersReturnTheShapesThatTheyInfer) {
  for (const LayerInfo& layer : AllLayers()) {
    SCOPED_TRACE(layer.name);
    const auto [attributes, shape] = ExampleOf(layer.name);
    for (const bool training : {false, true}) {
      const auto module = MakeLayer(layer.name, attributes);
      module->train(training);
      const Tensor input = Ramp(shape);
      const auto graph = Trace::Run(*module, {{SpecTree(input.spec())}, {}});
      ASSERT_TRUE(graph.ok()) << graph.status();
      const absl::StatusOr<Datum> result = RunModule(module, input);
      ASSERT_TRUE(result.ok()) << result.status();
      std::vector<TensorSpec> inferred, returned;
      ForEachLeaf(graph->output, [&](Value value) { inferred.push_back(graph->spec(value)); });
      ForEachLeaf(*result, [&](const Tensor& tensor) { returned.push_back(tensor.spec()); });
      EXPECT_EQ(inferred, returned);
      EXPECT_FALSE(returned.empty());
    }
  }
}

TEST(Catalogue, LayersWantOneTensor) {
  for (const LayerInfo& layer : AllLayers()) {
    const auto module = MakeLayer(layer.name, ExampleOf(layer.name).first);
    const std::string forward = absl::StrCat(layer.name, ".forward()");
    const auto error = [&](std::vector<SpecTree> args) {
      return std::string(Trace::Run(*module, {std::move(args), {}}).status().message());
    };
    EXPECT_THAT(error({}), HasSubstr(forward + " missing 1 required positional argument: 'input'"));
    EXPECT_THAT(error({SpecTree(1), SpecTree(2)}),
                HasSubstr(forward + " takes 2 positional arguments but 3 were given"));
    if (layer.name != "Identity") {
      EXPECT_THAT(error({SpecTree("a")}),
                  HasSubstr(forward + ": argument 'input' (position 1) must be Tensor, not str"));
    }
  }
}

}  // namespace
}  // namespace moduled::nn
