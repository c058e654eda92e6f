#include <limits>

#include "nn/ops/gelu.h"
#include "nn/ops/hardsigmoid.h"
#include "nn/ops/hardswish.h"
#include "nn/ops/relu.h"
#include "nn/ops/sigmoid.h"
#include "nn/ops/silu.h"
#include "nn/ops/tanh.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

double Relu(double x) { return x > 0 ? x : 0; }
double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double Tanh(double x) { return std::tanh(x); }
double Gelu(double x) { return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0))); }
double GeluTanh(double x) { return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }
double Silu(double x) { return x * Sigmoid(x); }
double Hardsigmoid(double x) { return std::min(std::max(x + 3, 0.0), 6.0) / 6; }
double Hardswish(double x) { return x * Hardsigmoid(x); }

template <class Reference>
std::vector<double> MapEach(const Tensor& x, Reference reference) {
  std::vector<double> y = Doubles(x);
  for (double& element : y) element = reference(element);
  return y;
}

// In float and double, on lengths that do and do not fill vector registers.
template <Operator T, class Reference>
void ExpectFollows(Reference reference, const typename T::Attrs& attrs = {}) {
  Random random;
  for (int64_t n : {0, 1, 3, 8, 15, 16, 17, 64, 1000}) {
    const Tensor x = random.ATensor<float>({n}, -12, 12);
    ExpectClose(RunOne<T>(attrs, {x}), MapEach(x, reference), 1e-6);
    const Tensor x64 = random.ATensor<double>({n}, -12, 12);
    ExpectClose(RunOne<T>(attrs, {x64}), MapEach(x64, reference), 1e-14);
  }
  const Tensor scalar = random.ATensor<float>({});
  const Tensor y = RunOne<T>(attrs, {scalar});
  EXPECT_EQ(y.shape(), Shape());
  ExpectClose(y, MapEach(scalar, reference), 1e-6);
}

template <Operator T>
std::vector<float> Of(const std::vector<float>& x, const typename T::Attrs& attrs = {}) {
  const Tensor y = RunOne<T>(attrs, {Tensor::Of<float>({static_cast<int64_t>(x.size())}, x)});
  return {y.elements<float>().begin(), y.elements<float>().end()};
}

TEST(Activations, FollowTheirFormulas) {
  ExpectFollows<ReluOp>(Relu);
  ExpectFollows<SigmoidOp>(Sigmoid);
  ExpectFollows<TanhOp>(Tanh);
  ExpectFollows<GeluOp>(Gelu);
  ExpectFollows<GeluOp>(GeluTanh, {.tanh = true});
  ExpectFollows<SiluOp>(Silu);
  ExpectFollows<HardswishOp>(Hardswish);
  ExpectFollows<HardsigmoidOp>(Hardsigmoid);
}

TEST(Activations, AreRightAtTheEndsOfTheFloats) {
  const float most = std::numeric_limits<float>::max();
  EXPECT_THAT(Of<ReluOp>({-kInfinity, -most, most, kInfinity}), ElementsAre(0, 0, most, kInfinity));
  EXPECT_THAT(Of<SigmoidOp>({-kInfinity, -most, most, kInfinity}), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(Of<TanhOp>({-kInfinity, -most, most, kInfinity}), ElementsAre(-1, -1, 1, 1));
  EXPECT_THAT(Of<GeluOp>({most, kInfinity}), ElementsAre(most, kInfinity));
  EXPECT_THAT(Of<SiluOp>({-most, most, kInfinity}), ElementsAre(-0.0f, most, kInfinity));
  EXPECT_THAT(Of<HardsigmoidOp>({-kInfinity, -most, most, kInfinity}), ElementsAre(0, 0, 1, 1));
}

TEST(Activations, PassNaNsOn) {
  const auto is_nan = ElementsAre(testing::IsNan(), testing::_);
  EXPECT_THAT(Of<ReluOp>({kNaN, 1}), is_nan);
  EXPECT_THAT(Of<SigmoidOp>({kNaN, 1}), is_nan);
  EXPECT_THAT(Of<TanhOp>({kNaN, 1}), is_nan);
  EXPECT_THAT(Of<GeluOp>({kNaN, 1}), is_nan);
  EXPECT_THAT(Of<GeluOp>({kNaN, 1}, {.tanh = true}), is_nan);
  EXPECT_THAT(Of<SiluOp>({kNaN, 1}), is_nan);
  EXPECT_THAT(Of<HardswishOp>({kNaN, 1}), is_nan);
  EXPECT_THAT(Of<HardsigmoidOp>({kNaN, 1}), is_nan);
}

TEST(Relu, TakesIntegers) {
  const Tensor y = RunOne<ReluOp>({}, {Tensor::Of<int64_t>({3}, {-5, 0, 5})});
  EXPECT_EQ(y.dtype(), DType::kInt64);
  EXPECT_THAT(y.elements<int64_t>(), ElementsAre(0, 0, 5));
  EXPECT_THAT(RunOne<ReluOp>({}, {Tensor::Of<uint8_t>({2}, {0, 255})}).elements<uint8_t>(), ElementsAre(0, 255));
}

TEST(Activations, RefuseTypesInTorchsWords) {
  EXPECT_EQ(Refusal<ReluOp>({}, {{DType::kBool, {1}}}), "Boolean inputs not supported for relu");
  EXPECT_EQ(Refusal<ReluOp>({}, {{DType::kFloat16, {1}}}), "\"clamp_min_cpu\" not implemented for 'Half'");
  EXPECT_EQ(Refusal<SigmoidOp>({}, {{DType::kFloat16, {1}}}), "\"sigmoid_cpu\" not implemented for 'Half'");
  EXPECT_EQ(Refusal<TanhOp>({}, {{DType::kFloat16, {1}}}), "\"tanh_vml_cpu\" not implemented for 'Half'");
  EXPECT_EQ(Refusal<GeluOp>({}, {{DType::kInt64, {1}}}), "\"GeluKernelImpl\" not implemented for 'Long'");
  EXPECT_EQ(Refusal<SiluOp>({}, {{DType::kBool, {1}}}), "\"silu_cpu\" not implemented for 'Bool'");
  EXPECT_EQ(Refusal<HardswishOp>({}, {{DType::kInt32, {1}}}), "\"hardswish_cpu\" not implemented for 'Int'");
  EXPECT_EQ(Refusal<HardsigmoidOp>({}, {{DType::kUInt8, {1}}}), "\"hardsigmoid_cpu\" not implemented for 'Byte'");
}

TEST(Activations, TakeExactlyOneInput) {
  EXPECT_EQ(Refusal<SigmoidOp>({}, {}), "sigmoid: wrong number of inputs (got 0, want 1)");
  EXPECT_EQ(Refusal<ReluOp>({}, {{}, {}}), "relu: wrong number of inputs (got 2, want 1)");
}

}  // namespace
}  // namespace moduled::nn
