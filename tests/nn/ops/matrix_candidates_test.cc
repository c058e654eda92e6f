// Every kernel of matrix products, for every problem that it takes.
#include "nn/graph/pack_cache.h"
#include "nn/ops/matrix/problem.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::Contains;
using testing::ElementsAre;

std::vector<double> Multiply(const MatrixProblem& p, const Tensor& a, const Tensor& b, const Tensor* bias) {
  const std::vector<double> left = Doubles(a);
  const std::vector<double> right = Doubles(b);
  std::vector<double> y;
  for (int64_t row = 0; row < p.m; ++row) {
    for (int64_t column = 0; column < p.n; ++column) {
      double sum = bias == nullptr ? 0 : Doubles(*bias)[column];
      for (int64_t i = 0; i < p.k; ++i) {
        sum += left[row * p.k + i] * right[p.b_transposed ? column * p.k + i : i * p.n + column];
      }
      y.push_back(sum);
    }
  }
  return y;
}

struct Outcome {
  std::vector<std::string> takers;
  std::vector<std::string> refusals;
};

// b and bias are constant.
template <class T>
Outcome ExpectEveryCandidateRight(Random& random, MatrixProblem p, double tolerance) {
  SCOPED_TRACE(std::to_string(p.m) + "x" + std::to_string(p.k) + "x" + std::to_string(p.n) +
               (p.b_transposed ? " transposed" : "") + (p.with_bias ? " with bias" : ""));
  p.dtype = kDTypeOf<T>;
  std::vector<Tensor> in = {random.ATensor<T>({p.m, p.k}, -3, 3),
                            random.ATensor<T>(p.b_transposed ? Shape{p.n, p.k} : Shape{p.k, p.n}, -3, 3)};
  if (p.with_bias) in.push_back(random.ATensor<T>({p.n}, -3, 3));
  const std::vector<double> want = Multiply(p, in[0], in[1], p.with_bias ? &in[2] : nullptr);

  std::vector<TensorSpec> specs;
  std::vector<const void*> data;
  const std::vector<KnownInput> known(in.begin(), in.end());
  std::vector<const KnownInput*> constants = {nullptr};
  for (const Tensor& tensor : in) specs.push_back(tensor.spec());
  for (const Tensor& tensor : in) data.push_back(tensor.data());
  for (size_t i = 1; i < in.size(); ++i) constants.push_back(&known[i]);
  const std::vector<TensorSpec> out = {{p.dtype, {p.m, p.n}}};
  Outcome outcome;
  for (const auto& candidate : MatrixCandidates()) {
    if (candidate.faithfulness != Faithfulness::kSame) continue;
    SCOPED_TRACE(std::string(candidate.name));
    const auto kernel = candidate.make(p, {specs, out, constants});
    if (absl::IsUnimplemented(kernel.status())) {
      outcome.refusals.emplace_back(kernel.status().message());
      continue;
    }
    std::vector<Tensor> y = {run_op::Guarded(out[0])};
    EXPECT_EQ(run_op::RunKernel(**kernel, data, y), absl::OkStatus());
    ExpectClose(y[0], want, tolerance);
    outcome.takers.emplace_back(candidate.name);
  }
  return outcome;
}

MatrixProblem Of(int64_t m, int64_t n, int64_t k, bool b_transposed, bool with_bias) {
  MatrixProblem problem;
  problem.m = m;
  problem.n = n;
  problem.k = k;
  problem.b_transposed = b_transposed;
  problem.with_bias = with_bias;
  return problem;
}

TEST(MatrixCandidates, AgreeWithTheFormula) {
  Random random;
  for (int i = 0; i < 60; ++i) {
    const MatrixProblem p = Of(random.Int(2, 40), random.Int(2, 40), random.Int(1, 200), i % 2 == 0, i % 4 < 2);
    EXPECT_THAT(ExpectEveryCandidateRight<float>(random, p, 1e-4).takers,
                ElementsAre("onednn_packed", "openblas", "reference"));
    EXPECT_THAT(ExpectEveryCandidateRight<double>(random, p, 1e-12).takers, ElementsAre("openblas", "reference"));
  }
}

TEST(MatrixCandidates, MultiplyVectorsWithoutPacking) {
  Random random;
  for (bool transposed : {false, true}) {
    for (bool bias : {false, true}) {
      for (const MatrixProblem& p : {Of(1, 37, 70, transposed, bias), Of(37, 1, 70, transposed, bias),
                                     Of(1, 1, 70, transposed, bias), Of(5, 1, 1, transposed, bias)}) {
        const Outcome outcome = ExpectEveryCandidateRight<float>(random, p, 1e-4);
        EXPECT_THAT(outcome.takers, ElementsAre("openblas", "reference"));
        EXPECT_THAT(outcome.refusals, ElementsAre("y is a vector: GEMV reads b where it is"));
        ExpectEveryCandidateRight<double>(random, p, 1e-12);
      }
    }
  }
}

TEST(MatrixCandidates, LeaveIntegersAndEmptyMatricesToTheReference) {
  Random random;
  EXPECT_THAT(ExpectEveryCandidateRight<int64_t>(random, Of(3, 4, 5, true, true), 0).takers, ElementsAre("reference"));
  EXPECT_THAT(ExpectEveryCandidateRight<int8_t>(random, Of(3, 4, 2, false, false), 0).takers, ElementsAre("reference"));
  for (const MatrixProblem& p : {Of(0, 4, 5, true, true), Of(3, 0, 5, true, true), Of(3, 4, 0, true, true)}) {
    const Outcome outcome = ExpectEveryCandidateRight<float>(random, p, 0);
    EXPECT_THAT(outcome.takers, ElementsAre("reference"));
    EXPECT_THAT(outcome.refusals, Contains("a matrix is empty"));
  }
}

}  // namespace
}  // namespace moduled::nn
