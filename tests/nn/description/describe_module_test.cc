// Describing a tree is the inverse of building it.
#include "nn/description/describe_module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "nn/modules/containers.h"
#include "tests/nn/description/text.h"

namespace moduled::nn {
namespace {

using testing::HasSubstr;

void ExpectRoundTrip(const std::string& text) {
  SCOPED_TRACE(text);
  const v1::ModuleDescription description = FromText(text);
  const auto module = BuildModule(description);
  ASSERT_TRUE(module.ok()) << module.status();
  const auto again = DescribeModule(**module);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->DebugString(), description.DebugString());
}

TEST(DescribeModule, YieldsContainersWithNoneAndSharedSlots) {
  ExpectRoundTrip(
      "sequential { type: 'Block' } training: true "
      "children { name: 'a' module { module_list {} children { name: '0' module { relu { inplace: true } } } } } "
      "children { name: 'b' none {} } children { name: 'c' shared: 'a.0' } "
      "children { name: 'd' module { module_dict {} } }");
}

TEST(DescribeModule, YieldsStateThatCompositesOwn) {
  ExpectRoundTrip(
      "composite { type: 'Net' } frozen: 'w' frozen: 'ids' "
      "parameters { name: 'w' tensor { dtype: FLOAT32 shape: [2, 3] } } parameters { name: 'n' none {} } "
      "parameters { name: 'ids' tensor { dtype: INT64 shape: 4 } } "
      "buffers { name: 'a' tensor { dtype: UINT8 shape: 2 } persistent: false value { dtype: UINT8 shape: 2 data: 'hi' "
      "} } "
      "buffers { name: 'b' tensor { dtype: BOOL } } buffers { name: 'c' none {} } "
      "children { name: 'fc' module { linear { in_features: 2 out_features: 2 } dtype: FLOAT64 frozen: 'bias' } } "
      "children { name: 'list' module { parameter_list {} parameters { name: '0' shared: 'fc.weight' } "
      "parameters { name: '1' tensor { dtype: BFLOAT16 } } } } "
      "children { name: 'dict' module { parameter_dict {} parameters { name: 'k' shared: 'list.1' } } }");
}

TEST(DescribeModule, YieldsTheTiesOfLayers) {
  ExpectRoundTrip(
      "composite { type: 'Net' } parameters { name: 'w' tensor { dtype: FLOAT32 shape: [2, 2] } } "
      "children { name: 'a' module { linear { in_features: 2 out_features: 2 } ties { name: 'weight' shared: 'w' } } } "
      "children { name: 'b' module { linear { in_features: 2 out_features: 2 } "
      "ties { name: 'weight' shared: 'w' } ties { name: 'bias' shared: 'a.bias' } } }");
}

TEST(DescribeModule, YieldsGraphsWithEveryKindOfNodeAndArgument) {
  ExpectRoundTrip(
      "composite { type: 'Net' graph { "
      "nodes { name: 'x' placeholder {} } "
      "nodes { name: 'flag_1' placeholder { target: 'flag' default_value { tuple { items { bool: true } items { none "
      "{} } } } } } "
      "nodes { name: 'w' get_attr: 'relu.w' } "
      "nodes { name: 'y' call_module: 'relu' args { node: 'x' } } "
      "nodes { name: 'z' call_function: 'add' args { node: 'y' } args { float: -0.5 } kwargs { name: 'alpha' value { "
      "int: 7 } } } "
      "nodes { name: 'g' call_function: 'getitem' args { node: 'z' } args { tuple { items { ellipsis {} } "
      "items { slice { start { int: 1 } step { int: 2 } } } items { slice { stop { node: 'flag_1' } } } } } } "
      "nodes { name: 's' call_function: 'softmax' args { node: 'g' } kwargs { name: 'dtype' value { dtype: FLOAT64 } } "
      "} "
      "nodes { name: 'output' output {} args { dict { entries { name: 'a' value { list { items { node: 's' } "
      "items { string: 'b' } } } } } } } } } "
      "children { name: 'relu' module { composite { type: 'R' } parameters { name: 'w' tensor { dtype: FLOAT32 } } } "
      "}");
}

TEST(DescribeModule, NamesASharedModuleByItsFirstName) {
  const auto module = Build(
      "sequential {} children { name: 'a' module { relu {} } } children { name: 'b' shared: 'a' } "
      "children { name: 'c' shared: 'b' }");
  EXPECT_EQ(DescribeModule(*module)->children(2).shared(), "a");
}

TEST(DescribeModule, LeavesUnsetWhatIsTheDefault) {
  const auto module = Build(
      "composite { type: 'N' } training: false "
      "buffers { name: 'a' tensor { dtype: UINT8 } persistent: true value { dtype: UINT8 data: '1' } } "
      "buffers { name: 'b' tensor { dtype: UINT8 } persistent: false value { dtype: UINT8 data: '\\000' } } "
      "children { name: 'r' module { relu {} dtype: FLOAT32 } }");
  const v1::ModuleDescription description = *DescribeModule(*module);
  EXPECT_FALSE(description.has_training());
  EXPECT_FALSE(description.buffers(0).has_persistent());
  EXPECT_FALSE(description.buffers(0).has_value()) << "the weights carry it";
  EXPECT_FALSE(description.buffers(1).has_value()) << "it is zero";
  EXPECT_FALSE(description.children(0).module().has_dtype());
}

// A module that only C++ knows.
class Own final : public Module {
 public:
  Own() : Module("Own") {}
};

TEST(DescribeModule, RefusesModulesThatNoDescriptionCanExpress) {
  Sequential root;
  ASSERT_TRUE(root.RegisterModule("a", std::make_shared<Own>()).ok());
  const absl::Status status = DescribeModule(root).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(status.message()), HasSubstr("a: no description can express a Own"));
}

}  // namespace
}  // namespace moduled::nn
