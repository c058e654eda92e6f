#include "nn/ops/layer_norm.h"

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

std::vector<double> LayerNorm(const Tensor& x, int64_t n, double eps, const Tensor* weight, const Tensor* bias) {
  std::vector<double> y = Doubles(x);
  for (size_t row = 0; row < y.size(); row += static_cast<size_t>(n)) {
    double mean = 0;
    for (int64_t i = 0; i < n; ++i) mean += y[row + i] / static_cast<double>(n);
    double variance = 0;
    for (int64_t i = 0; i < n; ++i) variance += (y[row + i] - mean) * (y[row + i] - mean) / static_cast<double>(n);
    for (int64_t i = 0; i < n; ++i) {
      y[row + i] = (y[row + i] - mean) / std::sqrt(variance + eps);
      if (weight != nullptr) y[row + i] *= Doubles(*weight)[i];
      if (bias != nullptr) y[row + i] += Doubles(*bias)[i];
    }
  }
  return y;
}

template <class T>
void ExpectFollows(const Shape& shape, int64_t axes, bool has_weight, bool has_bias, double tolerance) {
  SCOPED_TRACE(shape.ToString() + " over " + std::to_string(axes) + (has_weight ? " weight" : "") +
               (has_bias ? " bias" : ""));
  Random random;
  const Shape normalized(shape.extents().subspan(shape.rank() - static_cast<size_t>(axes)));
  std::vector<Tensor> inputs = {random.ATensor<T>(shape, 2, 8)};
  const Tensor weight = random.ATensor<T>(normalized);
  const Tensor bias = random.ATensor<T>(normalized);
  if (has_weight) inputs.push_back(weight);
  if (has_bias) inputs.push_back(bias);
  const Tensor y = RunOne<LayerNormOp>({axes, 1e-5, has_weight, has_bias}, inputs);
  EXPECT_EQ(y.spec(), inputs[0].spec());
  ExpectClose(
      y, LayerNorm(inputs[0], normalized.numel(), 1e-5, has_weight ? &weight : nullptr, has_bias ? &bias : nullptr),
      tolerance);
}

TEST(LayerNorm, FollowsTheFormula) {
  for (int64_t n : {1, 2, 15, 16, 33, 768}) ExpectFollows<float>({4, n}, 1, true, true, 1e-5);
  for (bool weight : {false, true}) {
    for (bool bias : {false, true}) {
      ExpectFollows<float>({2, 3, 4, 5}, 2, weight, bias, 1e-5);
      ExpectFollows<double>({2, 3, 4, 5}, 3, weight, bias, 1e-12);
    }
  }
  ExpectFollows<float>({7}, 1, true, true, 1e-5);
}

TEST(LayerNorm, KeepsASmallVarianceBesideALargeMean) {
  std::vector<float> x;
  for (int i = 0; i < 64; ++i) x.push_back(i % 2 == 0 ? 100001.0f : 100000.0f);
  const Tensor tensor = Tensor::Of<float>({1, 64}, x);
  ExpectClose(RunOne<LayerNormOp>({1, 1e-5, false, false}, {tensor}), LayerNorm(tensor, 64, 1e-5, nullptr, nullptr),
              1e-5);
}

TEST(LayerNorm, KeepsWhatRoundingTakesFromTheMean) {
  // The mean of the two lies between the floats next to it, and the deviations are as small as its rounding.
  const Tensor tensor = Tensor::Of<float>({1, 2}, {4.0f, 4.0f + 0x1p-21f});
  ExpectClose(RunOne<LayerNormOp>({1, 1e-20, false, false}, {tensor}), LayerNorm(tensor, 2, 1e-20, nullptr, nullptr),
              1e-5);
}

TEST(LayerNorm, TakesABatchOfNothing) {
  EXPECT_EQ(RunOne<LayerNormOp>({1, 1e-5, false, false}, {Tensor::Of<float>({0, 3}, {})}).shape(), (Shape{0, 3}));
}

TEST(LayerNorm, RefusesWhatTorchRefuses) {
  const TensorSpec x = {DType::kFloat32, {2, 3}};
  const TensorSpec three = {DType::kFloat32, {3}};
  EXPECT_EQ(Refusal<LayerNormOp>({}, {x, {DType::kFloat32, {4}}, three}),
            "Expected weight to be of same shape as normalized_shape, but got weight of shape [4] and "
            "normalized_shape = [3]");
  EXPECT_EQ(Refusal<LayerNormOp>({.weight = false}, {x, {DType::kFloat32, {5}}}),
            "Expected bias to be of same shape as normalized_shape, but got bias of shape [5] and "
            "normalized_shape = [3]");
  EXPECT_EQ(Refusal<LayerNormOp>({}, {x, {DType::kFloat64, {3}}, three}),
            "expected scalar type Float but found Double");
  EXPECT_EQ(Refusal<LayerNormOp>({.weight = false, .bias = false}, {{DType::kFloat16, {2, 3}}}),
            "\"LayerNormKernelImpl\" not implemented for 'Half'");
}

TEST(LayerNorm, RefusesAxesThatTheInputDoesNotHave) {
  const TensorSpec x = {DType::kFloat32, {2, 3}};
  EXPECT_EQ(Refusal<LayerNormOp>({.axes = 3, .weight = false, .bias = false}, {x}),
            "layer_norm: wrong number of axes (got 3, want 1 to 2)");
  EXPECT_EQ(Refusal<LayerNormOp>({.axes = 0, .weight = false, .bias = false}, {x}),
            "layer_norm: wrong number of axes (got 0, want 1 to 2)");
  EXPECT_EQ(Refusal<LayerNormOp>({}, {x}), "layer_norm: wrong number of inputs (got 1, want 3)");
}

}  // namespace
}  // namespace moduled::nn
