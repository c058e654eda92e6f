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

TEST(Functions, IndexingWithWhatHasNoFixedShapeIsRefusedClearly) {
  const auto refusal = [](DType dtype, const FxArgument& index) {
    return std::string(TraceCall("getitem", {dtype, {2, 3}}, {index}).status().message());
  };
  EXPECT_THAT(refusal(DType::kBool, NodeRef{0}), HasSubstr("indexing a tensor with a mask is not supported"));
  EXPECT_THAT(refusal(DType::kUInt8, NodeRef{0}), HasSubstr("indexing a tensor with a mask is not supported"));
  EXPECT_THAT(refusal(DType::kFloat32, NodeRef{0}),
              HasSubstr("tensors used as indices must be long, byte or bool tensors"));
  EXPECT_THAT(refusal(DType::kInt64, true), HasSubstr("indexing a tensor with a bool is not supported"));
  EXPECT_THAT(refusal(DType::kInt64, FxArgument::List{{0, FxArgument::List{{1}}}}),
              HasSubstr("indexing a tensor with a list that holds a list is not supported"));
}

TEST(Functions, RefuseResultsOfMorePartsThanAGraphShouldHold) {
  const TensorSpec x{DType::kFloat32, {int64_t{1} << 20}};
  for (const auto& [name, constants] : std::initializer_list<std::pair<absl::string_view, std::vector<FxArgument>>>{
           {"split", {1}}, {"chunk", {int64_t{1} << 20}}, {"unbind", {}}}) {
    EXPECT_THAT(std::string(TraceCall(name, x, constants).status().message()), HasSubstr("too many parts")) << name;
  }
  EXPECT_THAT(std::string(TraceCall("chunk", {DType::kFloat32, {0}}, {int64_t{1} << 40}).status().message()),
              HasSubstr("too many parts"));
}

TEST(Functions, RecordNothingWhereNothingChanges) {
  const TensorSpec x{DType::kFloat32, {2, 3}};
  const std::pair<absl::string_view, std::vector<FxArgument>> calls[] = {
      {"reshape", {FxArgument::Tuple{{2, -1}}}},
      {"view", {FxArgument::Tuple{{2, 3}}}},
      {"permute", {FxArgument::Tuple{{0, 1}}}},
      {"transpose", {1, -1}},
      {"getitem", {FxArgument(FxArgument::Ellipsis{})}},
      {"flatten", {0, 0}},
      {"expand", {FxArgument::Tuple{{-1, 3}}}},
      {"repeat", {FxArgument::Tuple{{1, 1}}}},
      {"roll", {3, 1}},
      {"movedim", {0, 0}},
      {"narrow", {0, 0, 2}},
      {"to", {DType::kFloat32}},
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
  expect_overflow(functions::PythonPow(2, 63));
  expect_overflow(functions::PythonPow(kMax, 2));
}

TEST(PythonNumbers, RaiseAndDivideAsPythonDoes) {
  EXPECT_EQ(*functions::PythonPow(-3, 3), Symbol(-27));
  EXPECT_EQ(*functions::PythonPow(2, -1), Symbol(0.5));
  EXPECT_EQ(*functions::PythonPow(0, 0), Symbol(1));
  EXPECT_EQ(*functions::PythonPow(-1, kMax), Symbol(-1));
  EXPECT_EQ(*functions::PythonPow(2, 62), Symbol(int64_t{1} << 62));
  EXPECT_FALSE(functions::PythonPow(-2.0, 0.5).ok());
  EXPECT_EQ(functions::PythonPow(0, -1).status().message(),
            "ZeroDivisionError: 0.0 cannot be raised to a negative power");
  EXPECT_EQ(*functions::PythonMod(-7, 3), Symbol(2));
  EXPECT_EQ(*functions::PythonMod(7, -3), Symbol(-2));
  EXPECT_EQ(*functions::PythonMod(kMin, -1), Symbol(0));
  EXPECT_EQ(*functions::PythonMod(-5.5, 2), Symbol(0.5));
  EXPECT_EQ(functions::PythonMod(1, 0).status().message(), "ZeroDivisionError: integer division or modulo by zero");
}

TEST(PythonNumbers, CompareAsPythonDoes) {
  EXPECT_TRUE(functions::PythonEqual(1, 1.0));
  EXPECT_TRUE(functions::PythonEqual(true, 1));
  EXPECT_TRUE(functions::PythonEqual(Symbol::Tuple{{1, 2.0}}, Symbol::Tuple{{1.0, 2}}));
  EXPECT_FALSE(functions::PythonEqual(Symbol::Tuple{{1}}, Symbol::List{{1}}));
  EXPECT_FALSE(functions::PythonEqual(Symbol::Tuple{{1}}, Symbol::Tuple{{1, 2}}));
  EXPECT_TRUE(*functions::PythonLess("<", 1, 1.5));
  EXPECT_TRUE(*functions::PythonLess("<", std::string("a"), std::string("b")));
  EXPECT_EQ(functions::PythonLess("<=", 1, Symbol::None{}).status().message(),
            "'<=' not supported between instances of 'int' and 'NoneType'");
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
