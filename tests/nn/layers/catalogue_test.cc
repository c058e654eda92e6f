// What holds for every layer and function of the catalogue.
#include "nn/layers/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "nn/layers/lazy.h"
#include "nn/layers/near_names.h"
#include "tests/nn/layers/examples.h"

namespace moduled::nn {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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
  EXPECT_EQ(FindLayer("Convolution2d").status().message(), "unknown layer 'Convolution2d'");
  EXPECT_EQ(FindLayer("linear").status().message(), "unknown layer 'linear'; did you mean Linear?");
  EXPECT_EQ(FindFunction("permutate").status().message(), "unknown function 'permutate'; did you mean permute?");
  EXPECT_EQ(FindFunction("fourier_transform").status().message(), "unknown function 'fourier_transform'");
  EXPECT_EQ(FindFunction("").status().message(), "unknown function ''");
  EXPECT_EQ(NearNames(std::string(1 << 20, 'a'), {"a"}), "");
}

TEST(Catalogue, LayersAreCalledWhatTheCatalogueCallsThem) {
  for (const LayerInfo& layer : AllLayers())
    EXPECT_EQ(MakeLayer(layer.name, ExampleOf(layer.name).attributes)->type(), layer.name);
}

TEST(Catalogue, LayersKeepWhatTheyWereMadeFrom) {
  for (const LayerInfo& layer : AllLayers()) {
    const Attributes attributes = ExampleOf(layer.name).attributes;
    EXPECT_EQ(MakeLayer(layer.name, attributes)->attributes(), attributes) << layer.name;
  }
}

TEST(Catalogue, LayersRefuseArgumentsThatTheyDoNotHave) {
  for (const LayerInfo& layer : AllLayers()) {
    Attributes attributes = ExampleOf(layer.name).attributes;
    attributes.emplace_back("colour", "red");
    const absl::Status status = TryMakeLayer(layer.name, attributes).status();
    EXPECT_EQ(status.message(), "colour: no such argument") << layer.name;
  }
}

// Those that can be called as they are made.
std::vector<LayerInfo> EagerLayers() {
  std::vector<LayerInfo> layers;
  for (const LayerInfo& layer : AllLayers()) {
    const auto made = MakeLayer(layer.name, ExampleOf(layer.name).attributes);
    if (dynamic_cast<const LazyLayer*>(made.get()) == nullptr) layers.push_back(layer);
  }
  return layers;
}

TEST(Catalogue, LayersReturnTheShapesThatTheyInfer) {
  for (const LayerInfo& layer : EagerLayers()) {
    SCOPED_TRACE(layer.name);
    const Example example = ExampleOf(layer.name);
    for (const bool training : {false, true}) {
      const auto module = MakeLayer(layer.name, example.attributes);
      if (!module->has_forward()) continue;
      module->train(training);
      const std::vector<Tensor> inputs = example.Inputs();
      std::vector<SpecTree> specs;
      for (const Tensor& input : inputs) specs.emplace_back(input.spec());
      const auto graph = Trace::Run(*module, {specs, {}});
      ASSERT_TRUE(graph.ok()) << graph.status();
      const absl::StatusOr<Datum> result = RunModule(module, inputs);
      ASSERT_TRUE(result.ok()) << result.status();
      std::vector<TensorSpec> inferred, returned;
      ForEachLeaf(graph->output, [&](Value value) { inferred.push_back(graph->spec(value)); });
      ForEachLeaf(*result, [&](const Tensor& tensor) { returned.push_back(tensor.spec()); });
      EXPECT_EQ(inferred, returned);
      EXPECT_FALSE(returned.empty());
    }
  }
}

TEST(Catalogue, LayersRefuseCallsAsPythonDoes) {
  for (const LayerInfo& layer : EagerLayers()) {
    const Example example = ExampleOf(layer.name);
    const auto module = MakeLayer(layer.name, example.attributes);
    if (!module->has_forward()) continue;
    const std::string forward = absl::StrCat(layer.name, ".forward()");
    const auto error = [&](size_t count, const char* argument) {
      const std::vector<SpecTree> args(count, SpecTree(argument));
      return std::string(Trace::Run(*module, {args, {}}).status().message());
    };
    const size_t inputs = 1 + example.others.size();
    EXPECT_THAT(error(0, ""), HasSubstr(absl::StrCat(forward, " missing ", inputs, " required positional argument",
                                                     inputs == 1 ? "" : "s", ": '", example.first, "'")));
    EXPECT_THAT(error(12, ""), AllOf(HasSubstr(forward + " takes "), HasSubstr(" but 13 were given")));
    if (layer.name != "Identity") {
      EXPECT_THAT(error(inputs, "a"), HasSubstr(absl::StrCat(forward, ": argument '", example.first,
                                                             "' (position 1) must be Tensor, not str")));
    }
  }
}

}  // namespace
}  // namespace moduled::nn
