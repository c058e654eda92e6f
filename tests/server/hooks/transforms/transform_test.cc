// The numbers are torch's, for the tensor that Example() is.
#include "server/hooks/transforms/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "nn/tensor/convert.h"

namespace moduled::server {
namespace {

using contract::CastStep;
using contract::ReduceStep;
using contract::SliceStep;
using contract::TransformStep;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::IsNan;
using ::testing::Pointwise;
using Op = ReduceStep::Op;

// x = torch.arange(24.).reshape(2, 3, 4) / 3 - 2; x[0, 1, 2] = 5.5
nn::Tensor Example() {
  std::vector<float> elements;
  for (int i = 0; i < 24; ++i) elements.push_back(static_cast<float>(i) / 3 - 2);
  elements[6] = 5.5F;
  return nn::Tensor::Of<float>({2, 3, 4}, elements);
}

absl::StatusOr<nn::Datum> Apply(std::vector<TransformStep> steps, nn::Datum value) {
  const auto transform = Transform::Compile(std::move(steps), "hooks[0].transform");
  if (!transform.ok()) return transform.status();
  return (*transform)->Apply(std::move(value));
}

nn::Tensor Made(std::vector<TransformStep> steps, nn::Tensor tensor) {
  const auto made = Apply(std::move(steps), nn::Datum(std::move(tensor)));
  EXPECT_TRUE(made.ok()) << made.status();
  return *made->As<nn::Tensor>();
}

// What TOPK and HISTOGRAM answer.
std::pair<nn::Tensor, nn::Tensor> MadePair(const TransformStep& step, nn::Tensor tensor) {
  const auto made = Apply({step}, nn::Datum(std::move(tensor)));
  EXPECT_TRUE(made.ok()) << made.status();
  const std::vector<nn::Datum>& items = made->As<nn::Datum::Tuple>()->items;
  return {*items.at(0).As<nn::Tensor>(), *items.at(1).As<nn::Tensor>()};
}

std::string ErrorOf(TransformStep step, nn::Tensor tensor) {
  const absl::Status status = Apply({std::move(step)}, nn::Datum(std::move(tensor))).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

ReduceStep Reduce(Op op, std::vector<int64_t> dims = {}, bool keepdim = false) {
  return {.op = op, .dims = std::move(dims), .keepdim = keepdim};
}

void ExpectFloats(const nn::Tensor& tensor, const nn::Shape& shape, const std::vector<float>& elements) {
  EXPECT_EQ(tensor.spec(), (nn::TensorSpec{nn::DType::kFloat32, shape}));
  EXPECT_THAT(tensor.elements<float>(), Pointwise(FloatEq(), elements));
}

TEST(Slice, TakesWhatPythonTakes) {
  ExpectFloats(
      Made({SliceStep{{{.start = 0, .stop = 2, .step = 2}, {.start = -2}, {.start = 1, .stop = 100, .step = 2}}}},
           Example()),
      {1, 2, 2}, {-0.33333337F, 0.33333325F, 1.0F, 1.66666675F});
  ExpectFloats(Made({SliceStep{{{.start = 1}, {.start = 2}}}}, Example()), {1, 1, 4},
               {4.66666651F, 5.0F, 5.33333349F, 5.66666651F});
  const nn::Tensor numbers = nn::Tensor::Of<int8_t>({5}, {0, 1, 2, 3, 4});
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(Made({SliceStep{{{.start = kLeast, .stop = kMost, .step = kMost}}}}, numbers).elements<int8_t>(),
              ElementsAre(0));
  EXPECT_THAT(Made({SliceStep{{{.start = -2, .stop = -1}}}}, numbers).elements<int8_t>(), ElementsAre(3));
  EXPECT_EQ(Made({SliceStep{{{.start = 3, .stop = 1}}}}, numbers).shape(), (nn::Shape{0}));
  EXPECT_EQ(Made({SliceStep{{{.start = 7}}}}, numbers).shape(), (nn::Shape{0}));
}

TEST(Slice, RefusesWhatPythonRefuses) {
  EXPECT_EQ(ErrorOf(SliceStep{{{.step = 0}}}, Example()),
            "hooks[0].transform[0].slice.dims[0].step: slice step cannot be zero (got 0)");
  EXPECT_EQ(ErrorOf(SliceStep{{{}, {.step = -1}}}, Example()),
            "hooks[0].transform[0].slice.dims[1].step: step must be greater than zero (got -1)");
  EXPECT_EQ(ErrorOf(SliceStep{{{}, {}, {}, {}}}, Example()),
            "hooks[0].transform[0]: too many indices for tensor of dimension 3");
}

TEST(Reduce, ComputesWhatTorchComputes) {
  ExpectFloats(Made({Reduce(Op::kMean)}, Example()), {}, {2.0625F});
  ExpectFloats(Made({Reduce(Op::kMean, {0, 2}, true)}, Example()), {1, 3, 1}, {0.5F, 2.52083349F, 3.16666651F});
  ExpectFloats(Made({Reduce(Op::kSum, {-1})}, Example()), {2, 3},
               {-6.0F, 4.83333302F, 4.66666698F, 10.0F, 15.333334F, 20.666666F});
  ExpectFloats(Made({Reduce(Op::kMax, {1})}, Example()), {2, 4},
               {0.666666746F, 1.0F, 5.5F, 1.66666675F, 4.66666651F, 5.0F, 5.33333349F, 5.66666651F});
  ExpectFloats(Made({Reduce(Op::kMin)}, Example()), {}, {-2.0F});
  ExpectFloats(
      Made({Reduce(Op::kNorm, {1})}, Example()), {2, 4},
      {2.21108317F, 1.97202659F, 5.81425476F, 1.97202659F, 6.07362223F, 6.62486887F, 7.18021965F, 7.73879099F});
  ExpectFloats(Made({Reduce(Op::kStd)}, Example()), {}, {2.43703938F});
  ExpectFloats(Made({Reduce(Op::kStd, {1, 2})}, Example()), {2}, {2.03271842F, 1.20185041F});
  ExpectFloats(Made({Reduce(Op::kMax, {0})}, nn::Tensor::Scalar<float>(2.5F)), {}, {2.5F});
}

TEST(Reduce, KeepsTypesAsTorchDoes) {
  const nn::Tensor large = nn::Tensor::Of<int64_t>({2, 2}, {3, -1, int64_t{1} << 62, int64_t{1} << 62});
  EXPECT_THAT(Made({Reduce(Op::kSum)}, large).elements<int64_t>(), ElementsAre(-9223372036854775806)) << "wraps";
  EXPECT_THAT(Made({Reduce(Op::kMax, {0})}, large).elements<int64_t>(),
              ElementsAre(int64_t{1} << 62, int64_t{1} << 62));
  const nn::Tensor flags = *nn::Convert(nn::Tensor::Of<uint8_t>({3}, {1, 0, 1}), nn::DType::kBool);
  EXPECT_THAT(Made({Reduce(Op::kSum)}, flags).elements<int64_t>(), ElementsAre(2));
  EXPECT_EQ(Made({Reduce(Op::kMin)}, flags).dtype(), nn::DType::kBool);
  const nn::Tensor half = *nn::Convert(nn::Tensor::Of<float>({3}, {1, 2, 4}), nn::DType::kFloat16);
  const nn::Tensor std = Made({Reduce(Op::kStd)}, half);
  EXPECT_EQ(std.dtype(), nn::DType::kFloat16);
  EXPECT_THAT(nn::Convert(std, nn::DType::kFloat32)->elements<float>(), ElementsAre(1.52734375F));
}

TEST(Reduce, AnswersWhatIsNoNumberWhereTorchDoes) {
  const nn::Tensor with_nan = nn::Tensor::Of<float>({3}, {NAN, 1, 3});
  EXPECT_THAT(Made({Reduce(Op::kMax)}, with_nan).elements<float>(), ElementsAre(IsNan()));
  EXPECT_THAT(Made({Reduce(Op::kMin)}, with_nan).elements<float>(), ElementsAre(IsNan()));
  EXPECT_THAT(Made({Reduce(Op::kStd)}, nn::Tensor::Of<float>({1}, {1})).elements<float>(), ElementsAre(IsNan()));
  const nn::Tensor empty = nn::Tensor::Of<float>({0}, {});
  EXPECT_THAT(Made({Reduce(Op::kMean)}, empty).elements<float>(), ElementsAre(IsNan()));
  EXPECT_THAT(Made({Reduce(Op::kSum)}, empty).elements<float>(), ElementsAre(0));
}

TEST(Reduce, RefusesInTorchsWords) {
  const nn::Tensor integers = nn::Tensor::Of<int64_t>({2}, {1, 2});
  EXPECT_EQ(ErrorOf(Reduce(Op::kMean), integers),
            "hooks[0].transform[0]: mean(): could not infer output dtype. Input dtype must be either a floating point "
            "or complex dtype. Got: Long");
  EXPECT_EQ(ErrorOf(Reduce(Op::kStd), integers),
            "hooks[0].transform[0]: std and var only support floating point and complex dtypes");
  EXPECT_EQ(ErrorOf(Reduce(Op::kNorm), integers),
            "hooks[0].transform[0]: linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            "Long");
  EXPECT_EQ(ErrorOf(Reduce(Op::kSum, {3}), Example()),
            "hooks[0].transform[0]: Dimension out of range (expected to be in range of [-3, 2], but got 3)");
  EXPECT_EQ(ErrorOf(Reduce(Op::kSum, {0, -3}), Example()),
            "hooks[0].transform[0]: dim 0 appears multiple times in the list of dims");
  EXPECT_EQ(ErrorOf(Reduce(Op::kMax), nn::Tensor::Of<float>({0}, {})),
            "hooks[0].transform[0]: amax(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
            "reduction dim with the 'dim' argument.");
  EXPECT_EQ(ErrorOf(Reduce(Op::kMin, {1}), nn::Tensor::Of<float>({2, 0}, {})),
            "hooks[0].transform[0]: amin(): Expected reduction dim 1 to have non-zero size.");
}

TEST(TopK, AnswersValuesAndIndices) {
  const auto [values, indices] = MadePair(ReduceStep{.op = Op::kTopK, .dims = {1}, .k = 2}, Example());
  ExpectFloats(values, {2, 2, 4},
               {0.666666746F, 1.0F, 5.5F, 1.66666675F, -0.666666627F, -0.333333373F, 1.33333325F, 0.333333254F,
                4.66666651F, 5.0F, 5.33333349F, 5.66666651F, 3.33333349F, 3.66666651F, 4.0F, 4.33333349F});
  EXPECT_THAT(indices.elements<int64_t>(), ElementsAre(2, 2, 1, 2, 1, 1, 2, 1, 2, 2, 2, 2, 1, 1, 1, 1));
  const auto [greatest, places] =
      MadePair(ReduceStep{.op = Op::kTopK, .k = 3}, nn::Tensor::Of<double>({4}, {7, NAN, 9, 7}));
  EXPECT_THAT(greatest.elements<double>(), ElementsAre(IsNan(), 9, 7));
  EXPECT_THAT(places.elements<int64_t>(), ElementsAre(1, 2, 0));
}

TEST(TopK, RefusesWhatIsOutOfRange) {
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kTopK, .k = 5}, Example()),
            "hooks[0].transform[0]: selected index k out of range");
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kTopK}, Example()), "hooks[0].transform[0].reduce.k: 0 (want at least 1)");
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kTopK, .dims = {0, 1}, .k = 1}, Example()),
            "hooks[0].transform[0].reduce.dims: too many (got 2, want at most 1)");
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kTopK, .keepdim = true, .k = 1}, Example()),
            "hooks[0].transform[0].reduce.keepdim: no dimension is reduced");
}

TEST(Histogram, CountsBetweenEvenEdges) {
  const auto [counts, edges] = MadePair(ReduceStep{.op = Op::kHistogram, .bins = 4}, Example());
  ExpectFloats(counts, {4}, {6, 5, 6, 7});
  ExpectFloats(edges, {5}, {-2.0F, -0.0833333731F, 1.83333325F, 3.75F, 5.66666651F});
  const auto [inside, limits] = MadePair(ReduceStep{.op = Op::kHistogram, .bins = 3, .min = -1, .max = 2}, Example());
  ExpectFloats(inside, {3}, {3, 2, 4});
  ExpectFloats(limits, {4}, {-1, 0, 1, 2});
}

TEST(Histogram, WidensARangeOfOneNumberAsTorchDoes) {
  const auto [counts, edges] =
      MadePair(ReduceStep{.op = Op::kHistogram, .bins = 4}, nn::Tensor::Of<float>({3}, {1, 1, 1}));
  ExpectFloats(counts, {4}, {0, 0, 3, 0});
  ExpectFloats(edges, {5}, {0.5F, 0.75F, 1.0F, 1.25F, 1.5F});
  const auto [none, unit] = MadePair(ReduceStep{.op = Op::kHistogram, .bins = 2}, nn::Tensor::Of<float>({0}, {}));
  ExpectFloats(none, {2}, {0, 0});
  ExpectFloats(unit, {3}, {0, 0.5F, 1});
}

TEST(Histogram, RefusesWhatHasNoRange) {
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kHistogram, .bins = 3}, nn::Tensor::Of<float>({2}, {1, INFINITY})),
            "hooks[0].transform[0]: torch.histogramdd: dimension 0's range [1, inf] is not finite");
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kHistogram, .bins = 3}, nn::Tensor::Of<float>({2}, {1, NAN})),
            "hooks[0].transform[0]: torch.histogramdd: dimension 0's range [nan, nan] is not finite");
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kHistogram, .bins = 3}, nn::Tensor::Of<int64_t>({1}, {1})),
            "hooks[0].transform[0]: \"histogramdd\" not implemented for 'Long'");
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kHistogram}, Example()),
            "hooks[0].transform[0].reduce.bins: got 0, want 1 to 65536");
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kHistogram, .bins = 1, .min = 3, .max = 1}, Example()),
            "hooks[0].transform[0].reduce.min: min should not exceed max, but got min 3 max 1");
  EXPECT_EQ(ErrorOf(ReduceStep{.op = Op::kHistogram, .bins = 1, .min = 3}, Example()),
            "hooks[0].transform[0].reduce.min, reduce.max: one without the other");
}

TEST(Transform, AppliesItsStepsInOrderToEveryTensorOfAValue) {
  const std::vector<TransformStep> steps = {SliceStep{{{.stop = 1}}}, Reduce(Op::kMax, {1}),
                                            CastStep{nn::DType::kInt32}};
  const nn::Datum value(nn::Datum::Tuple{
      {nn::Datum(Example()), nn::Datum(7), nn::Datum(nn::Datum::Dict{{{"k", nn::Datum(Example())}}})}});
  const auto made = Apply(steps, value);
  ASSERT_TRUE(made.ok()) << made.status();
  const std::vector<nn::Datum>& items = made->As<nn::Datum::Tuple>()->items;
  EXPECT_EQ(items[0].As<nn::Tensor>()->spec(), (nn::TensorSpec{nn::DType::kInt32, {1, 4}}));
  EXPECT_THAT(items[0].As<nn::Tensor>()->elements<int32_t>(), ElementsAre(0, 1, 5, 1));
  EXPECT_EQ(*items[1].As<int64_t>(), 7);
  EXPECT_NE(items[2].As<nn::Datum::Dict>()->entries[0].second.As<nn::Tensor>(), nullptr);
}

TEST(Transform, NamesTheStepThatDoesNotFit) {
  EXPECT_EQ(Apply({Reduce(Op::kMean), SliceStep{{{}}}}, nn::Datum(Example())).status().message(),
            "hooks[0].transform[1]: too many indices for tensor of dimension 0");
}

TEST(Transform, CannotDoubleAValueOverAndOver) {
  const ReduceStep top_k{.op = Op::kTopK, .k = 1};
  EXPECT_EQ(Apply({top_k, top_k}, nn::Datum(Example())).status(),
            absl::InvalidArgumentError("hooks[0].transform: more than one step is TOPK or HISTOGRAM"));
}

TEST(Transform, LeavesOfAnEventWhatItsKindIsAbout) {
  contract::HookEvent event;
  event.path = "a";
  event.inputs = {nn::Datum(Example())};
  event.output = nn::Datum(Example());
  const auto mean = *Transform::Compile({Reduce(Op::kMean)}, "t");
  contract::HookEvent after = event;
  KeepSubject(after);
  ASSERT_TRUE(mean->Apply(after).ok());
  EXPECT_TRUE(after.inputs.empty());
  ExpectFloats(*after.output->As<nn::Tensor>(), {}, {2.0625F});

  contract::HookEvent backward;
  backward.kind = contract::HookKind::kFullBackward;
  backward.grad_input = {nn::Datum(), nn::Datum(Example())};
  backward.grad_output = {nn::Datum(Example())};
  KeepSubject(backward);
  ASSERT_TRUE(mean->Apply(backward).ok());
  EXPECT_TRUE(backward.grad_output.empty());
  EXPECT_TRUE(backward.grad_input[0].IsNone());
  ExpectFloats(*backward.grad_input[1].As<nn::Tensor>(), {}, {2.0625F});

  const auto slice = *Transform::Compile({SliceStep{{{}, {}, {}, {}}}}, "t");
  EXPECT_EQ(slice->Apply(event).message(), "t[0]: too many indices for tensor of dimension 3 (at a)");
}

}  // namespace
}  // namespace moduled::server
