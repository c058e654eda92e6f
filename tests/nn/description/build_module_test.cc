// What descriptions build, and everything that is wrong with those that build nothing.
#include "nn/description/build_module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/modules/state_dict.h"
#include "nn/plan/model.h"
#include "tests/nn/description/text.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// A composite with this graph and these children.
std::string Composite(const std::string& nodes, const std::string& rest = "") {
  return absl::StrCat("composite { type: 'Net' graph { ", nodes, " } } ", rest);
}
std::string Child(const std::string& name, const std::string& module) {
  return absl::StrCat("children { name: '", name, "' module { ", module, " } } ");
}
constexpr char kInput[] = "nodes { name: 'x' placeholder {} } ";
std::string Output(const std::string& node) {
  return absl::StrCat("nodes { name: 'output' output {} args { node: '", node, "' } } ");
}

void ExpectRefused(const std::string& text, const std::string& message, const BuildOptions& options = {}) {
  SCOPED_TRACE(text.substr(0, 200));
  const absl::Status status = TryBuild(text, options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(message));
}

std::vector<std::string> Names(const Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, child] : module.named_modules()) names.push_back(name);
  return names;
}

TEST(BuildModule, BuildsChildrenInOrderWithNoneSlots) {
  const auto tree = Build("composite { type: 'Net' } " + Child("b", "relu {}") + "children { name: 'gone' none {} } " +
                          Child("a", "sequential {}"));
  EXPECT_THAT(Names(*tree), ElementsAre("", "b", "a"));
  EXPECT_EQ(tree->Repr(), "Net(\n  (b): ReLU()\n  (gone): None\n  (a): Sequential()\n)");
  EXPECT_FALSE(tree->has_forward());
}

TEST(BuildModule, IsInEvaluationModeUnlessTheDescriptionSaysOtherwise) {
  const auto module =
      Build("sequential {} training: true " + Child("0", "dropout {}") + Child("1", "dropout {} training: true"));
  EXPECT_TRUE(module->training());
  EXPECT_FALSE((*module->get_submodule("0"))->training());
  EXPECT_TRUE((*module->get_submodule("1"))->training());
}

TEST(BuildModule, SharesModulesByTheirFullPath) {
  const auto module =
      Build("sequential {} " + Child("a", "sequential {} " + Child("0", "linear { in_features: 2 out_features: 2 }")) +
            "children { name: 'b' shared: 'a.0' } children { name: 'c' shared: 'a' }");
  EXPECT_EQ(*module->get_submodule("b"), *module->get_submodule("a.0"));
  EXPECT_EQ(*module->get_submodule("c.0"), *module->get_submodule("a.0"));
  EXPECT_THAT(Names(*module), ElementsAre("", "a", "a.0"));
}

TEST(BuildModule, TiesParametersByTheirFullPath) {
  const auto module = Build(
      "composite { type: 'Net' } parameters { name: 'scale' tensor { dtype: FLOAT32 shape: [2, 3] } } "
      "parameters { name: 'none' none {} } " +
      Child("fc", "linear { in_features: 2 out_features: 2 }") +
      Child("head",
            "composite { type: 'Head' } parameters { name: 'w' shared: 'fc.weight' } "
            "parameters { name: 's' shared: 'scale' } parameters { name: 't' shared: 'head.s' }"));
  EXPECT_EQ(*module->get_parameter("head.w"), *module->get_parameter("fc.weight"));
  EXPECT_EQ(*module->get_parameter("head.s"), *module->get_parameter("scale"));
  EXPECT_EQ(*module->get_parameter("head.t"), *module->get_parameter("scale"));
  EXPECT_TRUE(module->parameter_slots().Contains("none"));
}

TEST(BuildModule, TiesParametersOfLayersToEarlierOnes) {
  const auto module = Build(
      "sequential {} " + Child("a", "linear { in_features: 2 out_features: 2 }") +
      Child("b",
            "linear { in_features: 2 out_features: 2 } ties { name: 'weight' shared: 'a.weight' } frozen: 'weight'"));
  EXPECT_EQ(*module->get_parameter("b.weight"), *module->get_parameter("a.weight"));
  EXPECT_NE(*module->get_parameter("b.bias"), *module->get_parameter("a.bias"));
  EXPECT_FALSE((*module->get_parameter("a.weight"))->requires_grad);
  EXPECT_EQ(module->named_parameters().size(), 3);
}

TEST(BuildModule, RefusesTiesToWhatIsNotThereOrOfAnotherType) {
  const auto tied = [](const std::string& tie, const std::string& more = "") {
    return "sequential {} " + Child("a", "linear { in_features: 2 out_features: 3 }") +
           Child("b", "linear { in_features: 2 out_features: 2 } " + more + "ties { " + tie + " }");
  };
  ExpectRefused(tied("name: 'scale' shared: 'a.weight'"),
                "b (Linear): ties: scale: name: the module has no parameter of its own named 'scale'");
  ExpectRefused(tied("name: 'weight' shared: 'c.weight'"),
                "b (Linear): ties: weight: shared: no earlier parameter has the path 'c.weight'");
  ExpectRefused(tied("name: 'weight' shared: 'b.weight'"),
                "b (Linear): ties: weight: shared: no earlier parameter has the path 'b.weight'");
  ExpectRefused(tied("name: 'weight' shared: 'a.weight'"),
                "b (Linear): ties: weight: shared: 'a.weight' is not of the parameter's type (got float32[3, 2], want "
                "float32[2, 2])");
  ExpectRefused("composite { type: 'N' } ties { name: 'p' shared: 'q' }",
                "root (N): ties: only layers have them (want shared `parameters`)");
}

TEST(BuildModule, GivesBuffersTheirValueTypeAndPersistence) {
  const auto module = Build(
      "composite { type: 'Net' } "
      "buffers { name: 'a' tensor { dtype: UINT8 shape: 2 } persistent: false value { dtype: UINT8 shape: 2 data: 'hi' "
      "} } "
      "buffers { name: 'b' tensor { dtype: INT64 shape: [1, 2] } } buffers { name: 'c' none {} }");
  const Buffer& a = **module->get_buffer("a");
  EXPECT_FALSE(a.persistent);
  EXPECT_THAT(a.data.elements<uint8_t>(), ElementsAre('h', 'i'));
  const Buffer& b = **module->get_buffer("b");
  EXPECT_TRUE(b.persistent);
  EXPECT_EQ(b.data.spec().ToString(), "int64[1, 2]");
  EXPECT_THAT(b.data.elements<int64_t>(), ElementsAre(0, 0));
  EXPECT_TRUE(module->buffer_slots().Contains("c"));
}

TEST(BuildModule, FreezesTheParametersThatAreNamed) {
  const auto module = Build("linear { in_features: 2 out_features: 2 } frozen: 'bias'");
  EXPECT_TRUE((*module->get_parameter("weight"))->requires_grad);
  EXPECT_FALSE((*module->get_parameter("bias"))->requires_grad);
}

TEST(BuildModule, GivesLayersTheirElementType) {
  const auto module = Build("batch_norm2d { num_features: 2 } dtype: FLOAT64");
  EXPECT_EQ((*module->get_parameter("weight"))->data.dtype(), DType::kFloat64);
  EXPECT_EQ((*module->get_buffer("running_var"))->data.dtype(), DType::kFloat64);
  EXPECT_EQ((*module->get_buffer("num_batches_tracked"))->data.dtype(), DType::kInt64);
}

TEST(BuildModule, InitialisesAsTheSeedSays) {
  const std::string text = "linear { in_features: 2 out_features: 2 }";
  const auto weight = [&](uint64_t seed) {
    const auto module = *TryBuild(text, {.seed = seed});
    const Tensor tensor = (*module->get_parameter("weight"))->data;
    return std::vector<float>(tensor.elements<float>().begin(), tensor.elements<float>().end());
  };
  EXPECT_EQ(weight(1), weight(1));
  EXPECT_NE(weight(1), weight(2));
}

TEST(BuildModule, LeavesStateZeroWhenWeightsWillBeLoaded) {
  const auto module = *TryBuild("linear { in_features: 2 out_features: 1 }", {.initialise = false});
  EXPECT_THAT((*module->get_parameter("weight"))->data.elements<float>(), ElementsAre(0, 0));
}

TEST(BuildModule, RunsAGraphWithConstantsDefaultsAndState) {
  // forward(x, scale=2): size arithmetic, a slice, a tuple of results.
  const auto module = Build(Composite(
      std::string(kInput) +
          "nodes { name: 'scale' placeholder { default_value { int: 2 } } } "
          "nodes { name: 'w' get_attr: 'w' } "
          "nodes { name: 'n' call_function: 'size' args { node: 'x' } args { int: 1 } } "
          "nodes { name: 'half' call_function: 'floordiv' args { node: 'n' } args { node: 'scale' } } "
          "nodes { name: 'cut' call_function: 'getitem' args { node: 'x' } args { tuple { items { ellipsis {} } "
          "items { slice { stop { node: 'half' } } } } } } "
          "nodes { name: 'y' call_module: 'inner.relu' args { node: 'cut' } } "
          "nodes { name: 'z' call_function: 'add' args { node: 'y' } args { node: 'w' } kwargs { name: 'alpha' value { "
          "float: 0.5 } } } "
          "nodes { name: 'output' output {} args { dict { entries { name: 'z' value { node: 'z' } } entries { name: "
          "'half' value { list { items { node: 'half' } items { none {} } } } } } } }",
      "parameters { name: 'w' tensor { dtype: FLOAT32 shape: 2 } } " +
          Child("inner", "module_dict {} " + Child("relu", "relu {}"))));
  ASSERT_NE(module, nullptr);
  Workspace workspace;
  const Tensor x = Tensor::Of<float>({1, 5}, {-1, 2, 3, 4, 5});
  const absl::StatusOr<Datum> result = Model(module, ModelOptions()).Forward({{Datum(x)}, {}}, workspace);
  ASSERT_TRUE(result.ok()) << result.status();
  const auto* dict = result->As<Datum::Dict>();
  ASSERT_NE(dict, nullptr);
  EXPECT_THAT(dict->entries[0].second.As<Tensor>()->elements<float>(), ElementsAre(0, 2));
  EXPECT_EQ(*(*dict->entries[1].second.Items())[0].As<int64_t>(), 2);
}

TEST(BuildModule, RefusesAModuleWithoutALayer) {
  ExpectRefused("", "root (no layer): layer: not set");
  ExpectRefused("sequential {} " + Child("a", "sequential {} " + Child("b", "")), "a.b (no layer): layer: not set");
}

TEST(BuildModule, RefusesAnUnknownFunctionAndNamesOneThatIsNear) {
  ExpectRefused(Composite(std::string(kInput) + "nodes { name: 'f' call_function: 'flaten' } " + Output("f")),
                "root (Net): graph: node f: call_function: unknown function 'flaten'; did you mean flatten?");
}

TEST(BuildModule, RefusesAGraphThatNamesAChildItDoesNotHave) {
  ExpectRefused(
      "sequential {} " +
          Child("net", Composite(std::string(kInput) + "nodes { name: 'y' call_module: 'conv' args { node: 'x' } } " +
                                 Output("y"))),
      "net (Net): graph: node y: no such module (got \"conv\")");
}

TEST(BuildModule, RefusesAGraphThatNamesStateItDoesNotHave) {
  ExpectRefused(Composite("nodes { name: 'w' get_attr: 'fc.weight' } " + Output("w"), Child("fc", "relu {}")),
                "root (Net): graph: node w: no such parameter or buffer (got \"fc.weight\")");
}

TEST(BuildModule, RefusesNodesThatUseWhatDoesNotComeBeforeThem) {
  const std::string relu =
      "nodes { name: 'a' call_function: 'relu' args { node: '%' } } "
      "nodes { name: 'b' call_function: 'relu' args { node: 'a' } } ";
  const auto using_node = [&](std::string name) { return std::string(relu).replace(relu.find('%'), 1, name); };
  ExpectRefused(Composite(using_node("b") + Output("b")),
                "graph: node a: args: the node 'b' does not come before it (a graph has no cycles)");
  ExpectRefused(Composite(using_node("a") + Output("b")), "graph: node a: args: the node 'a' does not come before it");
  ExpectRefused(Composite(using_node("z") + Output("b")), "graph: node a: args: no node has the name 'z'");
}

TEST(BuildModule, RefusesGraphsOfTheWrongForm) {
  const std::string x = kInput;
  ExpectRefused(Composite(""), "root (Net): graph: it has no nodes");
  ExpectRefused(Composite(x), "graph: node x: the last node is no output");
  ExpectRefused(Composite(x + Output("x") + "nodes { name: 'y' call_function: 'relu' args { node: 'x' } }"),
                "graph: node output: nodes follow the output");
  ExpectRefused(Composite(x + "nodes { name: 'output' output {} }"), "node output: wrong number of results (got 0");
  ExpectRefused(Composite(x + x + Output("x")), "graph: node x: name: another node has it");
  ExpectRefused(Composite("nodes { placeholder {} }"), "graph: node : name: must not be empty");
  ExpectRefused(Composite(x + "nodes { name: 'y' }" + Output("x")), "graph: node y: op: not set");
  ExpectRefused(Composite(x + "nodes { name: 'y' placeholder { target: 'x' } } " + Output("x")),
                "graph: node y: target: another placeholder has 'x'");
  ExpectRefused(Composite("nodes { name: 'x' placeholder { target: '*args' } } " + Output("x")),
                "target: a variable number of arguments is not supported");
  ExpectRefused(Composite(x + "nodes { name: 'y' placeholder { default_value { node: 'x' } } } " + Output("x")),
                "node y: default_value: must be a constant");
  ExpectRefused(Composite("nodes { name: 'x' placeholder {} args { int: 1 } } " + Output("x")),
                "node x: args: only calls and the output have arguments");
  ExpectRefused(
      Composite(x + "nodes { name: 'output' output {} args { node: 'x' } kwargs { name: 'a' value { int: 1 } } }"),
      "node output: kwargs: the output has none");
}

TEST(BuildModule, RefusesArgumentsOfTheWrongForm) {
  const auto with = [](const std::string& args) {
    return Composite(std::string(kInput) + "nodes { name: 'f' call_function: 'relu' " + args + " } " + Output("f"));
  };
  ExpectRefused(with("args {}"), "node f: args: an argument has no value");
  ExpectRefused(with("args { dtype: DTYPE_UNSPECIFIED }"), "node f: no element type (got number 0)");
  ExpectRefused(with("args { dict { entries { name: 'a' value { int: 1 } } entries { name: 'a' value { int: 1 } } } }"),
                "the key 'a' occurs twice in a dict");
  ExpectRefused(with("kwargs { name: 'a' value { int: 1 } } kwargs { name: 'a' value { int: 1 } }"),
                "node f: kwargs: the name 'a' occurs twice");
  ExpectRefused(with("args { slice { start { string: 'a' } } }"), "a slice's bounds are ints");
  std::string deep = "int: 1";
  for (int i = 0; i <= kMaxArgumentDepth; ++i) deep = absl::StrCat("list { items { ", deep, " } }");
  ExpectRefused(with("args { " + deep + " }"), "node f: args: nested deeper than 32 levels");
}

TEST(BuildModule, RefusesBadNamesOfChildren) {
  ExpectRefused("sequential {} " + Child("a.b", "relu {}"),
                "root (Sequential): children: a.b: module name can't contain \".\", got: a.b");
  ExpectRefused("sequential {} " + Child("", "relu {}"), "module name can't be empty string \"\"");
  ExpectRefused("sequential {} " + Child("a", "relu {}") + Child("a", "relu {}"), "children: a: the name occurs twice");
  ExpectRefused("composite { type: 'N' } parameters { name: 'a' none {} } " + Child("a", "relu {}"),
                "attribute 'a' already exists");
  ExpectRefused("sequential {} children { name: 'a' }", "children: a: slot: not set");
}

TEST(BuildModule, RefusesToShareWhatIsNotThereYet) {
  ExpectRefused("sequential {} children { name: 'a' shared: 'b' } " + Child("b", "relu {}"),
                "a: shared: no earlier module has the path 'b'");
  ExpectRefused("sequential {} children { name: 'a' shared: 'a' }", "a: shared: no earlier module has the path 'a'");
  ExpectRefused("composite { type: 'N' } parameters { name: 'p' shared: 'q' }",
                "root (N): parameters: p: shared: no earlier parameter has the path 'q'");
}

TEST(BuildModule, RefusesACycleOfModules) {
  ExpectRefused("sequential {} children { name: 'a' shared: '' }", "a: shared: the module '' contains this one");
  ExpectRefused(
      "sequential {} " + Child("a", "sequential {} " + Child("b", "sequential {} children { name: 'c' shared: 'a' }")),
      "a.b.c: shared: the module 'a' contains this one (a tree has no cycles)");
}

TEST(BuildModule, RefusesWhatALayerCannotHave) {
  ExpectRefused("relu {} " + Child("a", "relu {}"), "root (ReLU): children: a layer has none");
  ExpectRefused("relu {} parameters { name: 'a' none {} }", "root (ReLU): parameters: a layer makes its own");
  ExpectRefused("relu {} buffers { name: 'a' none {} }", "root (ReLU): buffers: a layer makes its own");
  ExpectRefused("relu {} dtype: INT64", "root (ReLU): dtype: must be a floating-point type (got int64)");
  ExpectRefused("relu {} frozen: 'weight'", "frozen: the module has no parameter of its own named 'weight'");
  ExpectRefused("sequential {} dtype: FLOAT64", "root (Sequential): dtype: only layers have one");
  ExpectRefused("sequential {} " + Child("a", "relu {} signature {}"), "a (ReLU): signature: only the root has one");
}

TEST(BuildModule, RefusesBadState) {
  const auto composite = [](const std::string& state) { return "composite { type: 'N' } " + state; };
  ExpectRefused(composite("parameters { name: 'p' }"), "root (N): parameters: p: slot: not set");
  ExpectRefused(composite("parameters { name: 'p' tensor { shape: 2 } }"), "p: tensor: no element type");
  ExpectRefused(composite("parameters { name: 'p' tensor { dtype: FLOAT32 shape: -1 } }"),
                "p: tensor: shape: negative");
  ExpectRefused(composite("parameters { name: 'p' none {} } parameters { name: 'p' none {} }"),
                "p: the name occurs twice");
  ExpectRefused(composite("parameters { name: 'a.b' none {} }"), "parameter name can't contain \".\"");
  ExpectRefused(composite("parameters { name: 'p' tensor { dtype: INT64 } }"),
                "only tensors of floating point dtype can require gradients (got int64");
  ExpectRefused(composite("buffers { name: 'b' }"), "root (N): buffers: b: slot: not set");
  ExpectRefused(composite("buffers { name: 'b' tensor { dtype: INT64 } value { dtype: INT32 data: '1234' } }"),
                "b: value: is not of the buffer's type (got int32[], want int64[])");
  ExpectRefused(composite("buffers { name: 'b' tensor { dtype: INT64 } value { dtype: INT64 data: '1234' } }"),
                "b: value: data: wrong number of bytes");
  ExpectRefused(composite("buffers { name: 'b' tensor { dtype: BOOL } value { dtype: BOOL data: '\\002' } }"),
                "b: value: data: a bool is a byte of 0 or 1");
  ExpectRefused("composite {}", "type: must not be empty");
  ExpectRefused("sequential { type: '' }", "type: must not be empty");
}

TEST(BuildModule, RefusesBadAttributesAndNamesTheModuleAndTheField) {
  const auto at = [](const std::string& layer) { return "sequential {} " + Child("a", layer); };
  ExpectRefused(at("linear { out_features: 2 }"), "a (Linear): in_features: must be set");
  ExpectRefused(at("linear { in_features: -1 out_features: 2 }"),
                "a (Linear): in_features: out of range (got -1, want at least 1)");
  ExpectRefused(at("conv2d { in_channels: 1 out_channels: 1 kernel_size: [1, 2, 3] }"),
                "a (Conv2d): kernel_size: wrong number of ints (got 3, want 1 or 2)");
  ExpectRefused(at("conv2d { in_channels: 1 out_channels: 1 }"), "a (Conv2d): kernel_size: must be set");
  ExpectRefused(at("conv2d { in_channels: 1 out_channels: 1 kernel_size: 3 stride: 0 }"),
                "stride: out of range (got 0");
  ExpectRefused(at("conv2d { in_channels: 3 out_channels: 4 kernel_size: 3 groups: 2 }"),
                "a (Conv2d): groups: in_channels must be divisible by groups");
  ExpectRefused(at("conv2d { in_channels: 4 out_channels: 3 kernel_size: 3 groups: 2 }"),
                "groups: out_channels must be divisible by groups");
  ExpectRefused(at("conv2d { in_channels: 4 out_channels: 3 kernel_size: 3 groups: 0 }"),
                "groups: groups must be a positive integer");
  ExpectRefused(at("conv2d { in_channels: 4 out_channels: 3 kernel_size: 3 padding_name: 'full' }"),
                "padding_name: Invalid padding string 'full', should be one of {'same', 'valid'}");
  ExpectRefused(at("conv2d { in_channels: 4 out_channels: 3 kernel_size: 3 padding_name: 'same' stride: 2 }"),
                "padding='same' is not supported for strided convolutions");
  ExpectRefused(at("conv2d { in_channels: 4 out_channels: 3 kernel_size: 3 padding_name: 'same' padding: 1 }"),
                "padding and padding_name cannot both be set");
  ExpectRefused(at("conv2d { in_channels: 4 out_channels: 3 kernel_size: 3 padding_mode: 'wrap' }"),
                "but got padding_mode='wrap'");
  ExpectRefused(at("batch_norm2d { num_features: 2 momentum: 0.1 momentum_none: true }"), "cannot both be set");
  ExpectRefused(at("gelu { approximate: 'fast' }"), "approximate argument must be either none or tanh.");
  ExpectRefused(at("dropout { p: 1.5 }"), "p: dropout probability has to be between 0 and 1, but got 1.5");
  ExpectRefused(at("dropout { p: nan }"), "but got nan");
  ExpectRefused(at("avg_pool2d { kernel_size: 2 divisor_override: 0 }"), "divisor must be not zero");
}

TEST(BuildModule, RefusesSizesThatAreAbsurdBeforeAllocating) {
  ExpectRefused("linear { in_features: 1099511627776 out_features: 1000 }",
                "root (Linear): weight: too large: float32[1000, 1099511627776]");
  ExpectRefused("linear { in_features: 1099511627776 out_features: 1099511627776 }", "weight: shape: too many");
  ExpectRefused("linear { in_features: 1099511627776 out_features: 1000 }", "weight: too large", {.initialise = false});
  ExpectRefused("linear { in_features: 100 out_features: 1 }", "want at most 300 in all)",
                {.max_parameter_bytes = 300});
  ExpectRefused("composite { type: 'N' } buffers { name: 'b' tensor { dtype: FLOAT32 shape: 1099511627776 } }",
                "buffers: b: too large");
}

std::string Nested(int depth) {
  std::string text = "relu {}";
  for (int i = 1; i < depth; ++i) text = "sequential {} " + Child("0", text);
  return text;
}

TEST(BuildModule, TakesTreesUpToTheLimitOfDepth) {
  EXPECT_TRUE(TryBuild(Nested(kMaxDepth)).ok());
  ExpectRefused(Nested(kMaxDepth + 1), "children: nested deeper than 256");
}

TEST(BuildModule, CountsTheDepthOfSharedModulesToo) {
  const std::string half = Child("half", Nested(kMaxDepth / 2));
  const auto sharing_at = [&](int depth) {
    std::string text = "sequential {} children { name: 's' shared: 'half' }";
    for (int i = 2; i < depth; ++i) text = "sequential {} " + Child("0", text);
    return "sequential {} " + half + Child("deep", text);
  };
  EXPECT_TRUE(TryBuild(sharing_at(kMaxDepth / 2)).ok());
  ExpectRefused(sharing_at(kMaxDepth / 2 + 1), "s: shared: nested deeper than 256");
}

TEST(BuildModule, RefusesSharingThatMultipliesWithoutBound) {
  // Every level holds the one below it twice: 2^30 paths in a few lines.
  std::string tree = "relu {}";
  constexpr int kLevels = 30;
  for (int i = 0; i < kLevels; ++i) {
    std::string below;
    for (int j = i + 1; j < kLevels; ++j) below += "a.";
    tree = "module_list {} " + Child("a", tree) + "children { name: 'b' shared: '" + below + "a' } ";
  }
  ExpectRefused(tree, "shared: too many names of modules and state");
}

TEST(BuildModule, RefusesMoreNamesOfStateThanTheLimit) {
  // 64 times the 16,384 names of a tree of pairs.
  std::string tree = "parameter_list {} parameters { name: 'p' none {} }";
  for (int i = 0; i < 13; ++i) {
    std::string below = "deep";
    for (int j = i + 1; j < 13; ++j) below += ".a";
    tree = "module_list {} " + Child("a", tree) + "children { name: 'b' shared: '" + below + ".a' } ";
  }
  const auto sharing = [&](int times) {
    std::string text = "module_list {} " + Child("deep", tree);
    for (int i = 0; i < times; ++i) text += absl::StrCat("children { name: '", i, "' shared: 'deep' } ");
    return text;
  };
  EXPECT_TRUE(TryBuild(sharing(8)).ok()) << TryBuild(sharing(8)).status();
  ExpectRefused(sharing(64), "shared: too many names of modules and state");
}

TEST(BuildModule, RefusesCallsThatMultiplyWithoutBound) {
  std::string tree = "relu {}";
  for (int i = 0; i < 30; ++i) {
    tree = Composite(std::string(kInput) +
                         "nodes { name: 'y' call_module: 'a' args { node: 'x' } } "
                         "nodes { name: 'z' call_module: 'a' args { node: 'y' } } " +
                         Output("z"),
                     Child("a", tree));
  }
  ExpectRefused(tree, "its forward takes too many calls and nodes");
}

TEST(BuildModule, RefusesFieldsOfANewerVersion) {
  v1::ModuleDescription description = FromText("sequential {} " + Child("a", "relu {}"));
  v1::ModuleDescription& child = *description.mutable_children(0)->mutable_module();
  child.GetReflection()->MutableUnknownFields(&child)->AddVarint(999, 1);
  const absl::Status status = BuildModule(description).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), StartsWith("a (ReLU): unknown field number 999"));
}

}  // namespace
}  // namespace moduled::nn
