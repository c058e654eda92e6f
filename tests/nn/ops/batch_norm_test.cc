#include "nn/ops/batch_norm.h"

#include "nn/ops/batch_norm_training.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsNan;

// (x - mean) / sqrt(var + eps) * weight + bias, the parameters being one number for each channel.
std::vector<double> Normalise(const Tensor& x, const std::vector<double>& mean, const std::vector<double>& var,
                              double eps, const std::vector<double>& weight, const std::vector<double>& bias) {
  std::vector<double> y = Doubles(x);
  for (size_t i = 0; i < y.size(); ++i) {
    const int64_t c = IndexOf(static_cast<int64_t>(i), x.shape())[1];
    y[i] = (y[i] - mean[c]) / std::sqrt(var[c] + eps);
    if (!weight.empty()) y[i] = y[i] * weight[c] + bias[c];
  }
  return y;
}

template <class T>
void ExpectEvaluationRight(const Shape& shape, double tolerance) {
  SCOPED_TRACE(shape.ToString());
  Random random;
  const Shape channels = {shape[1]};
  std::vector<Tensor> in = {random.ATensor<T>(shape), random.ATensor<T>(channels), random.ATensor<T>(channels, 1, 4)};
  const std::vector<double> mean = Doubles(in[1]);
  const std::vector<double> var = Doubles(in[2]);
  ExpectClose(RunOne<BatchNormOp>({0.1, false}, in), Normalise(in[0], mean, var, 0.1, {}, {}), tolerance);
  in.push_back(random.ATensor<T>(channels));
  in.push_back(random.ATensor<T>(channels));
  ExpectClose(RunOne<BatchNormOp>({1e-5, true}, in), Normalise(in[0], mean, var, 1e-5, Doubles(in[3]), Doubles(in[4])),
              tolerance);
}

TEST(BatchNorm, FollowsTheFormulaForAnyNumberOfAxes) {
  for (const Shape& shape : {Shape{4, 7}, Shape{1, 1}, Shape{2, 3, 17}, Shape{2, 3, 5, 6}, Shape{2, 19, 1, 1},
                             Shape{2, 3, 2, 3, 4}, Shape{0, 3, 2}, Shape{2, 3, 0}}) {
    ExpectEvaluationRight<float>(shape, 2e-6);
    ExpectEvaluationRight<double>(shape, 1e-13);
  }
}

TEST(BatchNorm, DoesNotCancelWhereTheMeanIsLarge) {
  const Tensor y = RunOne<BatchNormOp>({0, false}, {Tensor::Of<double>({1, 1, 2}, {1e8, 1e8 + 1}),
                                                    Tensor::Of<double>({1}, {1e8}), Tensor::Of<double>({1}, {1})});
  EXPECT_THAT(y.elements<double>(), ElementsAre(0, 1));
}

template <class T>
void ExpectTrainingRight(const Shape& shape, double tolerance) {
  SCOPED_TRACE(shape.ToString());
  Random random;
  const int64_t channels = shape[1];
  const Tensor x = random.ATensor<T>(shape, 90, 110);
  std::vector<double> mean(channels), biased(channels), unbiased(channels);
  const std::vector<double> elements = Doubles(x);
  const double count = static_cast<double>(x.numel()) / static_cast<double>(channels);
  const auto channel = [&](size_t i) { return IndexOf(static_cast<int64_t>(i), shape)[1]; };
  for (size_t i = 0; i < elements.size(); ++i) mean[channel(i)] += elements[i] / count;
  for (size_t i = 0; i < elements.size(); ++i) {
    const double square = std::pow(elements[i] - mean[channel(i)], 2);
    biased[channel(i)] += square / count;
    unbiased[channel(i)] += square / (count - 1);
  }
  const std::vector<Tensor> in = {x, random.ATensor<T>({channels}), random.ATensor<T>({channels})};
  const auto plain = RunOp<BatchNormTrainingOp>({0.1, false}, {x});
  ASSERT_EQ(plain.status(), absl::OkStatus());
  ExpectClose((*plain)[0], Normalise(x, mean, biased, 0.1, {}, {}), tolerance);
  ExpectClose((*plain)[1], mean, tolerance);
  ExpectClose((*plain)[2], unbiased, tolerance);
  ExpectClose(RunOne<BatchNormTrainingOp>({1e-5, true}, in),
              Normalise(x, mean, biased, 1e-5, Doubles(in[1]), Doubles(in[2])), 10 * tolerance);
}

TEST(BatchNormTraining, NormalisesByTheBatchAndSaysItsStatistics) {
  for (const Shape& shape : {Shape{14, 7}, Shape{2, 3, 17}, Shape{2, 3, 5, 6}, Shape{20, 19, 1, 1}}) {
    ExpectTrainingRight<float>(shape, 5e-4);  // x is 100 times its deviation.
    ExpectTrainingRight<double>(shape, 1e-11);
  }
}

TEST(BatchNormTraining, HasNoStatisticsOfAnEmptyBatch) {
  const auto out = RunOp<BatchNormTrainingOp>({1e-5, false}, {Tensor::Of<float>({0, 2}, {})});
  ASSERT_EQ(out.status(), absl::OkStatus());
  EXPECT_THAT((*out)[1].elements<float>(), Each(IsNan()));
}

std::string RefusalOf(const std::vector<Shape>& shapes, DType dtype = DType::kFloat32) {
  std::vector<TensorSpec> in;
  for (const Shape& shape : shapes) in.push_back({dtype, shape});
  return Refusal<BatchNormOp>({1e-5, shapes.size() > 3}, in);
}

TEST(BatchNorm, RefusesInTorchsWords) {
  EXPECT_EQ(RefusalOf({{2, 3, 4}, {4}, {4}}), "running_mean should contain 3 elements not 4");
  EXPECT_EQ(RefusalOf({{2, 3, 4}, {3}, {4}}), "running_var should contain 3 elements not 4");
  EXPECT_EQ(RefusalOf({{2, 3, 4}, {3}, {3}, {4}, {3}}), "weight should contain 3 elements not 4");
  EXPECT_EQ(RefusalOf({{2, 3, 4}, {3}, {3}, {3}, {4}}), "bias should contain 3 elements not 4");
  EXPECT_EQ(RefusalOf({{3}, {3}, {3}}), "batch_norm: expected at least 2D input (got 1D input)");
  EXPECT_EQ(RefusalOf({{2, 3}, {3}, {3}}, DType::kFloat16), "\"batch_norm\" not implemented for 'Half'");
  EXPECT_EQ(RefusalOf({{2, 3}, {3}}), "batch_norm: wrong number of inputs (got 2, want 3)");
  EXPECT_EQ(Refusal<BatchNormTrainingOp>({1e-5, false}, {{DType::kFloat32, {1, 3}}}),
            "Expected more than 1 value per channel when training, got input size torch.Size([1, 3])");
}

}  // namespace
}  // namespace moduled::nn
