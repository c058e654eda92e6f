// The gradients of operators against central differences, in float64.
#include <gtest/gtest.h>

#include <random>

#include "nn/ops/adaptive_avg_pool.h"
#include "nn/ops/add.h"
#include "nn/ops/avg_pool.h"
#include "nn/ops/batch_norm.h"
#include "nn/ops/batch_norm_training.h"
#include "nn/ops/cat.h"
#include "nn/ops/clamp.h"
#include "nn/ops/convolution.h"
#include "nn/ops/div.h"
#include "nn/ops/dropout.h"
#include "nn/ops/expand.h"
#include "nn/ops/gelu.h"
#include "nn/ops/hardsigmoid.h"
#include "nn/ops/hardswish.h"
#include "nn/ops/keep_indices.h"
#include "nn/ops/layer_norm.h"
#include "nn/ops/linear.h"
#include "nn/ops/log_softmax.h"
#include "nn/ops/matmul.h"
#include "nn/ops/max_pool.h"
#include "nn/ops/mean.h"
#include "nn/ops/pad.h"
#include "nn/ops/permute.h"
#include "nn/ops/relu.h"
#include "nn/ops/reshape.h"
#include "nn/ops/sigmoid.h"
#include "nn/ops/silu.h"
#include "nn/ops/slice.h"
#include "nn/ops/softmax.h"
#include "nn/ops/sub.h"
#include "nn/ops/tanh.h"
#include "tests/nn/ops/gradient_check.h"

namespace moduled::nn {
namespace {

// Numbers in [low, high), none of them near an integer, where the kinks are.
Tensor Random(Shape shape, double low = -4, double high = 4) {
  Tensor tensor = *Tensor::Allocate({DType::kFloat64, std::move(shape)});
  std::mt19937 engine(static_cast<uint32_t>(tensor.numel()));
  std::uniform_real_distribution<double> uniform(low, high);
  for (double& element : tensor.mutable_elements<double>()) {
    do {
      element = uniform(engine);
    } while (std::abs(element - std::round(element)) < 0.01);
  }
  return tensor;
}

TEST(Gradient, OfArithmeticIsSummedOverWhatIsBroadcast) {
  const Tensor a = Random({2, 3, 2});
  for (const Tensor& b : {Random({2, 3, 2}, 1, 3), Random({3, 1}, 1, 3), Random({2, 1, 1}, 1, 3), Random({}, 1, 3)}) {
    ExpectGradient<AddOp>({}, {a, b});
    ExpectGradient<SubOp>({}, {a, b});
    ExpectGradient<DivOp>({}, {a, b});
    ExpectGradient<AddOp>({}, {b, a});
  }
}

TEST(Gradient, OfActivations) {
  const Tensor x = Random({3, 7});
  ExpectGradient<ReluOp>({}, {x});
  ExpectGradient<SigmoidOp>({}, {x});
  ExpectGradient<TanhOp>({}, {x});
  ExpectGradient<GeluOp>({.tanh = false}, {x});
  ExpectGradient<GeluOp>({.tanh = true}, {x});
  ExpectGradient<SiluOp>({}, {x});
  ExpectGradient<HardswishOp>({}, {x});
  ExpectGradient<HardsigmoidOp>({}, {x});
  ExpectGradient<ClampOp>({.min = 0, .max = 2}, {x});
  ExpectGradient<ClampOp>({.max = 1}, {x});
  ExpectGradient<DropoutOp>({.p = 0.4, .seed = 3}, {x});
}

TEST(Gradient, OfSoftmaxes) {
  for (const int64_t axis : {0, 1, 2}) {
    ExpectGradient<SoftmaxOp>({.axis = axis}, {Random({2, 3, 4})});
    ExpectGradient<LogSoftmaxOp>({.axis = axis}, {Random({2, 3, 4})});
  }
}

TEST(Gradient, OfWhatOnlyMovesElements) {
  const Tensor x = Random({2, 3, 4});
  ExpectGradient<ReshapeOp>({.shape = {6, 4}}, {x});
  ExpectGradient<PermuteOp>({.axes = {2, 0, 1}}, {x});
  ExpectGradient<SliceOp>({.axis = 2, .start = 1, .length = 2, .step = 2}, {x});
  ExpectGradient<SliceOp>({.axis = 0, .start = 1, .length = 1}, {x});
  ExpectGradient<CatOp>({.axis = 1}, {x, Random({2, 1, 4}), x});
  ExpectGradient<ExpandOp>({.shape = {5, 2, 3, 4}}, {Random({2, 1, 4})});
  ExpectGradient<KeepIndicesOp>({.axis = 1, .indices = {2, 0}}, {x});
}

TEST(Gradient, OfPadding) {
  const Tensor x = Random({2, 5, 4});
  for (const PadMode mode : {PadMode::kConstant, PadMode::kReflect, PadMode::kReplicate, PadMode::kCircular}) {
    ExpectGradient<PadOp>({.begin = {0, 2, 1}, .end = {0, 1, 3}, .mode = mode}, {x});
    ExpectGradient<PadOp>({.begin = {0, -1, 1}, .end = {0, 2, -2}, .mode = mode}, {x});
  }
}

TEST(Gradient, OfMeans) {
  ExpectGradient<MeanOp>({.axes = {0, 2}}, {Random({2, 3, 4})});
  ExpectGradient<MeanOp>({.axes = {1}, .keepdim = true}, {Random({2, 3, 4})});
}

TEST(Gradient, OfProductsOfMatricesAndVectors) {
  ExpectGradient<MatmulOp>({}, {Random({2, 3}), Random({3, 4})});
  ExpectGradient<MatmulOp>({}, {Random({3}), Random({3, 4})});
  ExpectGradient<MatmulOp>({}, {Random({2, 3}), Random({3})});
  ExpectGradient<MatmulOp>({}, {Random({3}), Random({3})});
  ExpectGradient<MatmulOp>({}, {Random({2, 1, 2, 3}), Random({5, 3, 4})});
  ExpectGradient<MatmulOp>({}, {Random({2, 2, 3}), Random({3})});
  ExpectGradient<LinearOp>({}, {Random({2, 5, 3}), Random({4, 3}), Random({4})});
  ExpectGradient<LinearOp>({}, {Random({3}), Random({4, 3})});
}

TEST(Gradient, OfNormalisations) {
  const Tensor x = Random({3, 2, 4});
  const Tensor mean = Random({2});
  const Tensor var = Random({2}, 1, 3);
  const Tensor weight = Random({2});
  ExpectGradient<BatchNormOp>({}, {x, mean, var, weight, mean}, {.constant = {1, 2}});
  ExpectGradient<BatchNormOp>({.affine = false}, {x, mean, var}, {.constant = {1, 2}});
  ExpectGradient<LayerNormOp>({.axes = 1}, {x, Random({4}), Random({4})});
  ExpectGradient<LayerNormOp>({.axes = 2, .weight = true, .bias = false}, {x, Random({2, 4})});
  ExpectGradient<LayerNormOp>({.axes = 3, .weight = false, .bias = false}, {x});
}

// The statistics beside it pass no gradients: only the first output counts.
TEST(Gradient, OfBatchNormInTraining) {
  const Tensor x = Random({3, 2, 4});
  const std::vector<Tensor> inputs = {x, Random({2}), Random({2})};
  const Op op = Op::Of<BatchNormTrainingOp>({});
  Tensor dy = gradient_check::Weights(x.spec());
  const Tensor none = *Tensor::Zeros({DType::kFloat64, {2}});
  const auto gradients = GradientsOf(op, inputs, {dy, none, none}, {true, true, true});
  ASSERT_EQ(gradients.status(), absl::OkStatus());
  const auto loss = [&](const std::vector<Tensor>& at) {
    const Tensor y = (*OutputsOf(op, at))[0];
    double sum = 0;
    for (int64_t i = 0; i < y.numel(); ++i) sum += y.elements<double>()[i] * dy.elements<double>()[i];
    return sum;
  };
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (int64_t e = 0; e < inputs[i].numel(); ++e) {
      std::vector<Tensor> above = inputs, below = inputs;
      above[i] = gradient_check::Copy(inputs[i]);
      below[i] = gradient_check::Copy(inputs[i]);
      above[i].mutable_elements<double>()[e] += 1e-5;
      below[i].mutable_elements<double>()[e] -= 1e-5;
      EXPECT_NEAR((*gradients)[i]->elements<double>()[e], (loss(above) - loss(below)) / 2e-5, 1e-6) << i << " " << e;
    }
  }
}

TEST(Gradient, OfPooling) {
  const Tensor x = Random({2, 2, 5, 6});
  ExpectGradient<MaxPoolOp>({.kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}}, {x});
  ExpectGradient<MaxPoolOp>(
      {.kernel = {2}, .stride = {2}, .padding = {0}, .dilation = {1}, .ceil_mode = true, .return_indices = true},
      {Random({1, 2, 5})});
  ExpectGradient<AvgPoolOp>({.kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 1}}, {x});
  ExpectGradient<AvgPoolOp>(
      {.kernel = {3, 2}, .stride = {2, 3}, .padding = {1, 0}, .ceil_mode = true, .count_include_pad = false}, {x});
  ExpectGradient<AvgPoolOp>({.kernel = {2}, .stride = {1}, .padding = {0}, .divisor_override = 3}, {Random({1, 2, 5})});
  ExpectGradient<AdaptiveAvgPoolOp>({.output_size = {3, 4}}, {x});
  ExpectGradient<AdaptiveAvgPoolOp>({.output_size = {7}}, {Random({1, 2, 5})});
}

TEST(Gradient, OfConvolutions) {
  ExpectGradient<ConvolutionOp>(
      {.stride = {2, 1}, .padding_begin = {1, 2}, .padding_end = {0, 1}, .dilation = {1, 2}, .groups = 2},
      {Random({2, 4, 5, 6}), Random({6, 2, 3, 2}), Random({6})});
  ExpectGradient<ConvolutionOp>({.stride = {1}, .padding_begin = {0}, .padding_end = {0}, .dilation = {1}},
                                {Random({1, 2, 5}), Random({3, 2, 1})});
  ExpectGradient<ConvolutionOp>(
      {.stride = {1, 2, 1}, .padding_begin = {1, 1, 1}, .padding_end = {1, 1, 1}, .dilation = {1, 1, 1}, .groups = 2},
      {Random({1, 2, 3, 4, 3}), Random({2, 1, 3, 3, 3}), Random({2})});
}

}  // namespace
}  // namespace moduled::nn
