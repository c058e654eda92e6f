#include "nn/graph/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace moduled::nn {
namespace {

using testing::ElementsAre;

// Two outputs: the first axis cut at `at`.
struct CutOp {
  static constexpr absl::string_view kName = "cut";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t at = 0;
    bool operator==(const Attrs&) const = default;
  };
  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
    if (in[0].shape[0] < attrs.at) return absl::InvalidArgumentError("cut: nothing left to cut");
    std::vector<TensorSpec> out = {in[0], in[0]};
    out[0].shape[0] = attrs.at;
    out[1].shape[0] -= attrs.at;
    return out;
  }
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs&, const KernelRequest&) {
    return absl::UnimplementedError("never run");
  }
};

// The input, and as many elements as the attribute says, which may be impossible.
struct GrowOp {
  static constexpr absl::string_view kName = "grow";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t to = 0;
    bool operator==(const Attrs&) const = default;
  };
  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
    return std::vector<TensorSpec>{in[0], {in[0].dtype, {attrs.to, attrs.to}}};
  }
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs&, const KernelRequest&) {
    return absl::UnimplementedError("never run");
  }
};

const TensorSpec kFive = {DType::kFloat32, {5}};

TEST(GraphBuilder, RemembersWhereValuesComeFrom) {
  GraphBuilder builder;
  const Value input = builder.AddInput(kFive);
  const Value constant = builder.AddConstant(Tensor::Of<float>({5}, {1, 2, 3, 4, 5}), "layer.weight");
  const absl::StatusOr<std::vector<Value>> halves = builder.Apply(Op::Of<CutOp>({2}), {constant});
  ASSERT_EQ(halves.status(), absl::OkStatus());
  ASSERT_EQ(halves->size(), 2u);

  const Graph& graph = builder.graph();
  EXPECT_THAT(graph.inputs, ElementsAre(input));
  EXPECT_EQ(graph.values[input.id].source, ValueSource::kInput);
  EXPECT_EQ(graph.values[constant.id].source, ValueSource::kConstant);
  EXPECT_EQ(graph.constants[graph.values[constant.id].index].name, "layer.weight");
  const ValueInfo& second = graph.values[(*halves)[1].id];
  EXPECT_EQ(second.source, ValueSource::kNode);
  EXPECT_EQ(second.output, 1);
  EXPECT_EQ(second.spec, (TensorSpec{DType::kFloat32, {3}}));
  const Node& node = graph.nodes[second.index];
  EXPECT_EQ(node.op, Op::Of<CutOp>({2}));
  EXPECT_THAT(node.inputs, ElementsAre(constant));
  EXPECT_EQ(node.outputs, *halves);
}

TEST(GraphBuilder, AnswersTheFirstOutputOfATypedOperator) {
  GraphBuilder builder;
  const absl::StatusOr<Value> left = builder.Apply<CutOp>({2}, {builder.AddInput(kFive)});
  ASSERT_EQ(left.status(), absl::OkStatus());
  EXPECT_EQ(builder.spec(*left), (TensorSpec{DType::kFloat32, {2}}));
}

TEST(GraphBuilder, AddsTheSameConstantOnce) {
  GraphBuilder builder;
  const Tensor weight = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  const Value first = builder.AddConstant(weight, "a.weight");
  EXPECT_EQ(builder.AddConstant(weight, "b.weight"), first);
  EXPECT_EQ(builder.graph().constants.size(), 1u);
  EXPECT_EQ(builder.graph().constants[0].name, "a.weight") << "the first name wins";
}

TEST(GraphBuilder, AddsTheSameBytesUnderAnotherShapeAgain) {
  GraphBuilder builder;
  const Tensor weight = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  const Value square = builder.AddConstant(weight);
  const Value flat = builder.AddConstant(*weight.Reshape({4}));
  EXPECT_FALSE(square == flat);
  EXPECT_EQ(builder.spec(flat).shape, Shape{4});
  EXPECT_EQ(builder.AddConstant(*weight.Reshape({4})), flat);
}

TEST(GraphBuilder, AddsEqualConstantsWithBytesOfTheirOwnTwice) {
  GraphBuilder builder;
  const Value first = builder.AddConstant(Tensor::Scalar<float>(1));
  const Value second = builder.AddConstant(Tensor::Scalar<float>(1));
  EXPECT_FALSE(first == second);
}

TEST(GraphBuilder, LeavesTheGraphAloneWhenAnOperatorRefuses) {
  GraphBuilder builder;
  const Value input = builder.AddInput(kFive);
  EXPECT_EQ(builder.Apply(Op::Of<CutOp>({6}), {input}).status(),
            absl::InvalidArgumentError("cut: nothing left to cut"));
  EXPECT_TRUE(builder.graph().nodes.empty());
  EXPECT_EQ(builder.graph().values.size(), 1u);
}

TEST(GraphBuilder, RefusesOutputsThatNoMemoryCouldHold) {
  GraphBuilder builder;
  const Value input = builder.AddInput(kFive);
  const absl::Status status = builder.Apply<GrowOp>({int64_t{1} << 32}, {input}).status();
  EXPECT_EQ(status, absl::InvalidArgumentError("shape: too many elements (got [4294967296, 4294967296])"));
  EXPECT_TRUE(builder.graph().nodes.empty());
  EXPECT_EQ(builder.graph().values.size(), 1u);
}

TEST(GraphBuilder, AttributesNodesToTheCurrentCall) {
  GraphBuilder builder;
  const Value input = builder.AddInput(kFive);
  ASSERT_TRUE(builder.Apply<GrowOp>({1}, {input}).ok());
  builder.set_current_call(7);
  ASSERT_TRUE(builder.Apply<GrowOp>({2}, {input}).ok());
  EXPECT_EQ(builder.graph().nodes[0].call, -1);
  EXPECT_EQ(builder.graph().nodes[1].call, 7);
}

}  // namespace
}  // namespace moduled::nn
