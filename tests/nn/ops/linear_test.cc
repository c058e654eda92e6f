#include "nn/ops/linear.h"

#include <thread>

#include "nn/graph/pack_cache.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

std::vector<double> Linear(const std::vector<Tensor>& in) {
  const std::vector<double> x = Doubles(in[0]);
  const std::vector<double> weight = Doubles(in[1]);
  const int64_t out = in[1].shape()[0];
  const int64_t k = in[1].shape()[1];
  std::vector<double> y;
  for (size_t row = 0; row < x.size() / k; ++row) {
    for (int64_t o = 0; o < out; ++o) {
      y.push_back(in.size() == 3 ? Doubles(in[2])[o] : 0);
      for (int64_t i = 0; i < k; ++i) y.back() += x[row * k + i] * weight[o * k + i];
    }
  }
  return y;
}

template <class T>
void ExpectRight(const Shape& rows, int64_t k, int64_t out, double tolerance) {
  Random random;
  Shape x = rows;
  x.push_back(k);
  Shape y = rows;
  y.push_back(out);
  SCOPED_TRACE(x.ToString());
  std::vector<Tensor> in = {random.ATensor<T>(x), random.ATensor<T>({out, k})};
  for (int i = 0; i < 2; ++i) {
    for (size_t first_constant : {SIZE_MAX, size_t{1}}) {
      const Tensor got = RunOne<LinearOp>({}, in, {.first_constant = first_constant});
      EXPECT_EQ(got.shape(), y);
      ExpectClose(got, Linear(in), tolerance);
    }
    in.push_back(random.ATensor<T>({out}));
  }
}

TEST(Linear, FollowsTheFormulaForAnyNumberOfLeadingAxes) {
  for (const Shape& rows : {Shape{}, Shape{1}, Shape{7}, Shape{2, 3}, Shape{1, 1}, Shape{2, 1, 4}}) {
    ExpectRight<float>(rows, 33, 18, 1e-4);
    ExpectRight<double>(rows, 33, 18, 1e-12);
    ExpectRight<int32_t>(rows, 3, 2, 0);
  }
}

TEST(Linear, WrapsIntegersAround) {
  const Tensor y = RunOne<LinearOp>({}, {Tensor::Of<int8_t>({1, 2}, {100, 100}), Tensor::Of<int8_t>({1, 2}, {1, 1})});
  EXPECT_THAT(y.elements<int8_t>(), ElementsAre(-56));
}

TEST(Linear, IsTheBiasWhereThereIsNothingToAddUp) {
  const Tensor y = RunOne<LinearOp>(
      {}, {Tensor::Of<float>({2, 0}, {}), Tensor::Of<float>({2, 0}, {}), Tensor::Of<float>({2}, {3, 4})});
  EXPECT_THAT(y.elements<float>(), ElementsAre(3, 4, 3, 4));
}

TEST(Linear, TakesBatchesWithoutElements) {
  const Tensor y = RunOne<LinearOp>({}, {Tensor::Of<float>({0, 2}, {}), Tensor::Of<float>({3, 2}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(y.shape(), (Shape{0, 3}));
}

TEST(Linear, SharesPackedWeightsBetweenKernels) {
  Random random;
  const std::vector<Tensor> in = {random.ATensor<float>({8, 100}), random.ATensor<float>({70, 100})};
  PackCache packs;
  const std::vector<double> want = Linear(in);
  for (int i = 0; i < 3; ++i) {
    ExpectClose(RunOne<LinearOp>({}, in, {.first_constant = 1, .packs = &packs}), want, 1e-4);
  }
}

// A kernel is made on one thread, and runs on others at the same time.
TEST(Linear, RunsOnSeveralThreadsAtOnce) {
  Random random;
  const std::vector<Tensor> in = {random.ATensor<float>({16, 64}), random.ATensor<float>({48, 64})};
  const std::vector<double> want = Linear(in);
  const std::vector<TensorSpec> in_specs = {in[0].spec(), in[1].spec()};
  const std::vector<TensorSpec> out_specs = *LinearOp::Infer({}, in_specs);
  const KnownInput weight(in[1]);
  const std::vector<const KnownInput*> constants = {nullptr, &weight};
  const auto kernel = *LinearOp::MakeKernel({}, {in_specs, out_specs, constants});
  std::vector<Tensor> outputs;
  for (int i = 0; i < 4; ++i) outputs.push_back(run_op::Guarded(out_specs[0]));
  std::vector<std::thread> threads;
  for (Tensor& output : outputs) {
    threads.emplace_back([&kernel, &in, &output] {
      std::vector<Tensor> y = {output};
      for (int run = 0; run < 50; ++run) {
        EXPECT_EQ(run_op::RunKernel(*kernel, {in[0].data(), in[1].data()}, y), absl::OkStatus());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Tensor& output : outputs) ExpectClose(output, want, 1e-4);
}

TEST(Linear, RefusesInTorchsWords) {
  const auto of = [](std::vector<Shape> shapes) {
    std::vector<TensorSpec> in;
    for (Shape& shape : shapes) in.push_back({DType::kFloat32, std::move(shape)});
    return Refusal<LinearOp>({}, in);
  };
  EXPECT_EQ(of({{2, 3}, {4, 5}}), "mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)");
  EXPECT_EQ(of({{3}, {4, 5}}), "mat1 and mat2 shapes cannot be multiplied (1x3 and 5x4)");
  EXPECT_EQ(of({{2, 2, 3}, {4, 5}, {4}}), "mat1 and mat2 shapes cannot be multiplied (4x3 and 5x4)");
  EXPECT_EQ(
      of({{2, 5}, {4, 5}, {3}}),
      "The expanded size of the tensor (4) must match the existing size (3) at non-singleton dimension 1.  Target "
      "sizes: [2, 4].  Tensor sizes: [3]");
  EXPECT_EQ(of({{}, {4, 5}}), "both arguments to matmul need to be at least 1D, but they are 0D and 2D");
  EXPECT_EQ(of({{2, 5}, {5}}), "linear: the weight has the wrong number of axes (got 1, want 2)");
  EXPECT_EQ(of({{2, 5}}), "linear: wrong number of inputs (got 1, want 2)");
}

TEST(Linear, RefusesTypesInTorchsWords) {
  const auto of = [](DType x, DType weight) { return Refusal<LinearOp>({}, {{x, {2, 5}}, {weight, {4, 5}}}); };
  EXPECT_EQ(of(DType::kFloat32, DType::kFloat64), "expected scalar type Float but found Double");
  EXPECT_EQ(of(DType::kBool, DType::kBool), "\"addmm_impl_cpu_\" not implemented for 'Bool'");
  EXPECT_EQ(of(DType::kFloat16, DType::kFloat16), "\"addmm_impl_cpu_\" not implemented for 'Half'");
}

}  // namespace
}  // namespace moduled::nn
