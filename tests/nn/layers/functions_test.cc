// What functions do beyond PyTorch's results, which are tested where descriptions are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "nn/layers/catalogue.h"
#include "nn/layers/functions/promotion.h"
#include "nn/layers/functions/python_numbers.h"
#include "nn/modules/graph_module.h"

namespace moduled::nn {
namespace {

using testing::HasSubstr;

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// Traces function(x, *constants) for an x of this type.
absl::StatusOr<Graph> TraceCall(absl::string_view function, const TensorSpec& x, std::vector<FxArgument> constants) {
  std::vector<FxArgument> args = {FxArgument(NodeRef{0})};
  args.insert(args.end(), constants.begin(), constants.end());
  FxGraph graph;
  graph.nodes.push_back({.kind = FxNode::Kind::kPlaceholder, .name = "x", .target = "x", .args = {}, .kwargs = {}});
  graph.nodes.push_back({.kind = FxNode::Kind::kCallFunction,
                         .name = "f",
                         .target = "",
                         .function = *FindFunction(function),
                         .args = std::move(args),
                         .kwargs = {}});
  graph.nodes.push_back(
      {.kind = FxNode::Kind::kOutput, .name = "output", .target = "", .args = {NodeRef{1}}, .kwargs = {}});
  const GraphModule module("F", std::move(graph));
  return Trace::Run(module, {{SpecTree(x)}, {}});
}

TEST(Functions, IndexingWithWhatWouldGatherIsRefusedClearly) {
  const TensorSpec x{DType::kInt64, {2, 3}};
  for (const FxArgument& index : {FxArgument(NodeRef{0}), FxArgument(true), FxArgument(FxArgument::List{{0, 1}}),
                                  FxArgument(FxArgument::Tuple{{0, NodeRef{0}}})}) {
    EXPECT_THAT(std::string(TraceCall("getitem", x, {index}).status().message()),
                HasSubstr("is not supported (want ints, slices (`:`), ellipsis (`...`), None, or a tuple of them)"));
  }
}

TEST(Functions, RecordNothingWhereNothingChanges) {
  const TensorSpec x{DType::kFloat32, {2, 3}};
  const std::pair<absl::string_view, std::vector<FxArgument>> calls[] = {
      {"reshape", {FxArgument::Tuple{{2, -1}}}},         {"view", {FxArgument::Tuple{{2, 3}}}},
      {"permute", {FxArgument::Tuple{{0, 1}}}},          {"transpose", {1, -1}},
      {"getitem", {FxArgument(FxArgument::Ellipsis{})}}, {"flatten", {0, 0}},
  };
  for (const auto& [name, constants] : calls) {
    const auto graph = TraceCall(name, x, constants);
    ASSERT_TRUE(graph.ok()) << name << ": " << graph.status();
    EXPECT_TRUE(graph->nodes.empty()) << name;
  }
}

TEST(Functions, ViewTakesItsSizesAsView) {
  const auto graph = TraceCall("view", {DType::kFloat32, {2, 3}}, {FxArgument::List{{-1}}});
  ASSERT_TRUE(graph.ok()) << graph.status();
  EXPECT_EQ(graph->spec(*graph->output.As<Value>()).shape, (Shape{6}));
}

TEST(Functions, ReshapeRefusesSizesWhoseProductOverflows) {
  const FxArgument shape = FxArgument::Tuple{{int64_t{1} << 62, 4, -1}};
  EXPECT_THAT(std::string(TraceCall("reshape", {DType::kFloat32, {2, 3}}, {shape}).status().message()),
              HasSubstr("is invalid for input of size 6"));
}

TEST(PythonNumbers, SayWhenAnIntOutgrows64Bits) {
  const auto expect_overflow = [](const absl::StatusOr<Symbol>& result) {
    EXPECT_THAT(std::string(result.status().message()), HasSubstr("OverflowError: the int is too large"));
  };
  expect_overflow(functions::PythonAdd(kMax, 1));
  expect_overflow(functions::PythonSub(kMin, 1));
  expect_overflow(functions::PythonMul(kMin, -1));
  expect_overflow(functions::PythonFloorDiv(kMin, -1));
}

TEST(PythonNumbers, DivideLargeIntsExactly) {
  EXPECT_EQ(*functions::PythonTrueDiv(kMax, kMax), Symbol(1.0));
  // 2^53 + 1 is no double.
  EXPECT_EQ(*functions::PythonTrueDiv(int64_t{9007199254740993}, int64_t{3}), Symbol(3002399751580331.0));
}

TEST(PythonNumbers, RefuseSequencesThatGrowWithoutBound) {
  Symbol tuple = Symbol::Tuple{{0}};
  absl::Status status;
  for (int i = 0; i < 64 && status.ok(); ++i) {
    absl::StatusOr<Symbol> doubled = functions::PythonAdd(tuple, tuple);
    status = doubled.status();
    if (doubled.ok()) tuple = *std::move(doubled);
  }
  EXPECT_THAT(std::string(status.message()), HasSubstr("too many items (got 131072, want at most 65536)"));
}

TEST(Promotion, IsSymmetricAndKeepsEqualTypes) {
  for (const DType a : kAllDTypes) {
    EXPECT_EQ(*functions::PromoteTypes(a, a), a);
    for (const DType b : kAllDTypes) {
      const auto ab = functions::PromoteTypes(a, b), ba = functions::PromoteTypes(b, a);
      EXPECT_EQ(ab.ok(), ba.ok());
      if (ab.ok() && ba.ok()) {
        EXPECT_EQ(*ab, *ba);
      }
    }
  }
}

TEST(Promotion, KnowsTheUnequalPairs) {
  EXPECT_EQ(*functions::PromoteTypes(DType::kFloat16, DType::kBFloat16), DType::kFloat32);
  EXPECT_EQ(*functions::PromoteTypes(DType::kFloat16, DType::kInt64), DType::kFloat16);
  EXPECT_EQ(*functions::PromoteTypes(DType::kBFloat16, DType::kFloat64), DType::kFloat64);
  EXPECT_EQ(*functions::PromoteTypes(DType::kUInt8, DType::kInt32), DType::kInt32);
  EXPECT_EQ(*functions::PromoteTypes(DType::kBool, DType::kUInt8), DType::kUInt8);
  EXPECT_EQ(functions::PromoteTypes(DType::kUInt8, DType::kInt8).status().message(),
            "the common type of uint8 and int8 is int16, which is not supported");
}

}  // namespace
}  // namespace moduled::nn
