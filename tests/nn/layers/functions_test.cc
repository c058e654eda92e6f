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

TEST(Functions, RefuseInTorchsWords) {
  const TensorSpec x{DType::kFloat32, {2, 3}}, scalar{DType::kFloat32, {}}, cube{DType::kFloat32, {2, 2, 2}};
  struct Refused {
    absl::string_view function;
    TensorSpec input;
    std::vector<FxArgument> constants;
    std::string text;
  };
  const std::string outside = "Dimension out of range (expected to be in range of [-2, 1], but got ";
  const Refused refused[] = {
      {"unsqueeze", x, {4}, "Dimension out of range (expected to be in range of [-3, 2], but got 4)"},
      {"squeeze", x, {4}, outside + "4)"},
      {"unflatten",
       x,
       {0, FxArgument::Tuple{{3, 2}}},
       "unflatten: Provided sizes [3, 2] don't multiply up to the size of dim 0 (2) in the input tensor"},
      {"expand",
       x,
       {FxArgument::Tuple{{-1, 2, 3}}},
       "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension 0"},
      {"repeat",
       x,
       {FxArgument::Tuple{{2}}},
       "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"},
      {"repeat", x, {FxArgument::Tuple{{-1, 2}}}, "Trying to create tensor with negative dimension -2: [-2, 6]"},
      {"chunk", x, {0}, "chunk expects `chunks` to be greater than 0, got: 0"},
      {"chunk", scalar, {2}, "chunk expects at least a 1-dimensional tensor"},
      {"split", x, {0}, "split_size can only be 0 if dimension size is 0, but got dimension size of 2"},
      {"split", x, {-1}, "split expects split_size be non-negative, but got split_size=-1"},
      {"split",
       x,
       {FxArgument::List{{1, 2}}},
       "split_with_sizes expects split_sizes to sum exactly to 2 (input tensor's size at dimension 0), but got "
       "split_sizes=[1, 2]"},
      {"split",
       x,
       {FxArgument::List{{kMax, kMax, 4}}},
       "split_with_sizes expects split_sizes to sum exactly to 2 (input tensor's size at dimension 0)"},
      {"narrow", x, {0, 1, 2}, "start (1) + length (2) exceeds dimension size (2)."},
      {"select", x, {0, 5}, "select(): index 5 out of range for tensor of size [2, 3] at dimension 0"},
      {"unbind", scalar, {}, "Dimension specified as 0 but tensor has no dimensions"},
      {"movedim",
       x,
       {FxArgument::Tuple{{0, 0}}, FxArgument::Tuple{{0, 1}}},
       "movedim: repeated dim in `source` ([0, 0])"},
      {"t", cube, {}, "t() expects a tensor with <= 2 dimensions, but self is 3D"},
      {"roll", x, {FxArgument::Tuple{{1, 2}}, 0}, "shifts and dimensions must align. shifts: 2, dims:1"},
      {"flip", x, {FxArgument::Tuple{{0, 0}}}, "dim 0 appears multiple times in the list of dims"},
      {"topk", x, {4}, "selected index k out of range"},
      {"sort", x, {3}, outside + "3)"},
      {"cumsum", x, {4}, outside + "4)"},
      {"var", {DType::kInt64, {2}}, {}, "std and var only support floating point and complex dtypes"},
      {"norm",
       {DType::kInt64, {2}},
       {},
       "norm(): input dtype should be either floating point or complex. Got Long instead."},
      {"argmax",
       {DType::kFloat32, {0}},
       {},
       "argmax(): Expected reduction dim to be specified for input.numel() == 0."},
      {"amax",
       {DType::kFloat32, {2, 0}},
       {},
       "amax(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
       "'dim' "
       "argument."},
      {"max", {DType::kFloat32, {2, 0}}, {1}, "max(): Expected reduction dim 1 to have non-zero size."},
      {"clamp", x, {}, "torch.clamp: At least one of 'min' or 'max' must not be None"},
      {"pow", {DType::kInt64, {2}}, {-1}, "Integers to negative integer powers are not allowed."},
      {"masked_fill", x, {NodeRef{0}, 1}, "expected mask dtype to be Bool but got dtype Float"},
      {"where", x, {1, 2}, "where expected condition to be a boolean tensor, but got a tensor with dtype Float"},
      {"new_full", x, {FxArgument::Tuple{{-1}}, 0}, "Trying to create tensor with negative dimension -1: [-1]"},
      {"getitem", x, {FxArgument::Tuple{{0, 0, 0}}}, "too many indices for tensor of dimension 2"},
      {"stochastic_depth", x, {1.5, "row"}, "drop probability has to be between 0 and 1, but got 1.5"},
      {"stochastic_depth", x, {0.5, "column"}, "mode has to be either 'batch' or 'row', but got column"},
  };
  for (const Refused& each : refused) {
    const absl::Status status = TraceCall(each.function, each.input, each.constants).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << each.function;
    EXPECT_THAT(std::string(status.message()), HasSubstr(each.text)) << each.function;
  }
}

TEST(Functions, EinsumRefusesInTorchsWords) {
  const auto refusal = [](const char* equation, int operands) {
    FxGraph graph;
    graph.nodes.push_back({.kind = FxNode::Kind::kPlaceholder, .name = "x", .target = "x", .args = {}, .kwargs = {}});
    FxArgument::Tuple tuple;
    for (int i = 0; i < operands; ++i) tuple.items.emplace_back(NodeRef{0});
    graph.nodes.push_back({.kind = FxNode::Kind::kCallFunction,
                           .name = "f",
                           .target = "",
                           .function = *FindFunction("einsum"),
                           .args = {equation, tuple},
                           .kwargs = {}});
    graph.nodes.push_back(
        {.kind = FxNode::Kind::kOutput, .name = "output", .target = "", .args = {NodeRef{1}}, .kwargs = {}});
    const GraphModule module("F", std::move(graph));
    return std::string(Trace::Run(module, {{SpecTree(TensorSpec{DType::kFloat32, {2, 3}})}, {}}).status().message());
  };
  EXPECT_THAT(refusal("ij,jk", 2), HasSubstr("subscript j has size 2 for operand 1 which does not broadcast with "
                                             "previously seen size 3"));
  EXPECT_THAT(refusal("ij->ijk", 1), HasSubstr("output subscript k does not appear in the equation for any input "
                                               "operand"));
  EXPECT_THAT(refusal("ij,", 1), HasSubstr("fewer operands were provided than specified in the equation"));
  EXPECT_THAT(refusal("ij", 2), HasSubstr("more operands were provided than specified in the equation"));
  EXPECT_THAT(refusal("i", 1), HasSubstr("the number of subscripts in the equation (1) does not match the number of "
                                         "dimensions (2) for operand 0 and no ellipsis was given"));
  EXPECT_THAT(refusal("...ijk", 1), HasSubstr("the number of subscripts in the equation (3) is more than the number of "
                                              "dimensions (2) for operand 0"));
  EXPECT_THAT(refusal("ij->ii", 1), HasSubstr("output subscript i appears more than once in the output"));
  EXPECT_THAT(refusal("i1", 1), HasSubstr("invalid subscript given at index 1 in the equation string, subscripts must "
                                          "be in [a-zA-Z]"));
  EXPECT_THAT(refusal("ii", 1), HasSubstr("subscript i is repeated for operand 0 but the sizes don't match, 3 != 2"));
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
