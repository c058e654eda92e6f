// Graphs whose results hold each other without bound are refused, not built.
#include "nn/modules/extent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "nn/modules/graph_module.h"
#include "nn/modules/trace.h"

namespace moduled::nn {
namespace {

using testing::HasSubstr;

FxNode MakeNode(FxNode::Kind kind, std::vector<FxArgument> args, const Function* function = nullptr) {
  return {.kind = kind, .name = "n", .target = "x", .function = function, .args = std::move(args), .kwargs = {}};
}

// Each of `nodes` nodes wraps `copies` copies of the one before it into a tuple.
absl::Status TraceWrapping(int nodes, int copies) {
  static constexpr Function kFirst = {
      "first", [](Trace&, const Arguments& arguments) -> absl::StatusOr<Symbol> { return arguments.positional[0]; }};
  FxGraph graph;
  graph.nodes.push_back(MakeNode(FxNode::Kind::kPlaceholder, {}));
  for (int32_t i = 0; i < nodes; ++i) {
    FxArgument::Tuple tuple;
    tuple.items.assign(copies, FxArgument(NodeRef{i}));
    graph.nodes.push_back(MakeNode(FxNode::Kind::kCallFunction, {FxArgument(std::move(tuple))}, &kFirst));
  }
  graph.nodes.push_back(MakeNode(FxNode::Kind::kOutput, {FxArgument(NodeRef{nodes})}));
  const GraphModule module("Net", std::move(graph));
  return Trace::Run(module, {{SpecTree(TensorSpec{DType::kFloat32, {1}})}, {}}).status();
}

TEST(Extent, CountsItemsAndLevels) {
  const Symbol nested = Symbol::Tuple{{1, Symbol::List{{Value{0}, Symbol::Dict{{{"a", 2}}}}}}};
  const Extent extent = MeasureNested(nested, [](Value) { return Extent{.items = 10, .depth = 5}; });
  EXPECT_EQ(extent.items, 1 + 1 + 1 + 10 + 1 + 1);
  EXPECT_EQ(extent.depth, 7);
}

TEST(Extent, GraphsMayNestTheirResults) { EXPECT_EQ(TraceWrapping(10, 2), absl::OkStatus()); }

TEST(Extent, GraphsThatMultiplyTheirResultsAreRefused) {
  const absl::Status status = TraceWrapping(50, 2);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("have more than 4194304 values in all"));
}

TEST(Extent, GraphsThatNestTheirResultsWithoutBoundAreRefused) {
  const absl::Status status = TraceWrapping(1000, 1);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("values nested deeper than 64 levels"));
}

}  // namespace
}  // namespace moduled::nn
