// Every kernel of convolutions over images whose channels stand last, for every problem that it takes.
#include <gmock/gmock.h>

#include "nn/ops/channels_last/convolution_problem.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

WindowAxis Axis(int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation = 1) {
  WindowAxis axis = {.in = in,
                     .kernel = kernel,
                     .stride = stride,
                     .dilation = dilation,
                     .padding_begin = padding,
                     .padding_end = padding};
  axis.out = *CountWindows(axis, WindowRounding::kDown);
  return axis;
}

ChannelsLastProblem Of(int64_t batch, int64_t in, int64_t out, const WindowAxis& y, const WindowAxis& x) {
  ChannelsLastProblem problem;
  problem.convolution.batch = batch;
  problem.convolution.group_in = in;
  problem.convolution.group_out = out;
  problem.convolution.with_bias = true;
  problem.convolution.axes = 2;
  problem.convolution.window[1] = y;
  problem.convolution.window[2] = x;
  return problem;
}

// The sum at one output, and that of its terms' magnitudes.
struct Sum {
  double value = 0;
  double magnitude = 0;
};
Sum SumAt(const ConvolutionProblem& p, const std::vector<double>& x, const std::vector<double>& weight, int64_t image,
          int64_t oy, int64_t ox, int64_t o) {
  const auto& [az, ay, ax] = p.window;
  Sum sum;
  for (int64_t ky = 0; ky < ay.kernel; ++ky) {
    for (int64_t kx = 0; kx < ax.kernel; ++kx) {
      const int64_t line = ay.Position(oy, ky), column = ax.Position(ox, kx);
      if (!ay.Contains(line) || !ax.Contains(column)) continue;
      for (int64_t c = 0; c < p.group_in; ++c) {
        const double term = x[((image * ay.in + line) * ax.in + column) * p.group_in + c] *
                            weight[((o * p.group_in + c) * ay.kernel + ky) * ax.kernel + kx];
        sum.value += term;
        sum.magnitude += std::fabs(term);
      }
    }
  }
  return sum;
}

std::vector<Sum> Convolve(const ConvolutionProblem& p, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const std::vector<double> image = Doubles(x), filter = Doubles(weight), shift = Doubles(bias);
  std::vector<Sum> y;
  for (int64_t i = 0; i < p.batch * p.out_plane() * p.group_out; ++i) {
    const int64_t o = i % p.group_out, pixel = i / p.group_out;
    const int64_t ox = pixel % p.window[2].out, line = pixel / p.window[2].out;
    y.push_back(SumAt(p, image, filter, line / p.window[1].out, line % p.window[1].out, ox, o));
    y.back().value += shift[o];
  }
  return y;
}

// Relative to the magnitude of a sum's terms.
double Tolerance(Faithfulness faithfulness) {
  switch (faithfulness) {
    case Faithfulness::kSame:
      return 1e-6;
    case Faithfulness::kSplit:
      return 4.7e-5;
    case Faithfulness::kWinograd:
      return 1e-4;
    case Faithfulness::kBfloat16:
      return 1e-2;
  }
  return 0;
}

void ExpectEveryCandidateRight(Random& random, ChannelsLastProblem problem) {
  const ConvolutionProblem& p = problem.convolution;
  const auto& [az, ay, ax] = p.window;
  const Tensor x = random.ATensor<float>({p.batch, ay.in, ax.in, p.group_in}, -1, 1);
  const Tensor weight = random.ATensor<float>({p.group_out, p.group_in, ay.kernel, ax.kernel}, -1, 1);
  const Tensor bias = random.ATensor<float>({p.group_out}, -1, 1);
  const std::vector<Sum> want = Convolve(p, x, weight, bias);
  const std::vector<TensorSpec> specs = {x.spec(), weight.spec(), bias.spec()};
  const std::vector<const void*> data = {x.data(), weight.data(), bias.data()};
  const KnownInput known_weight(weight), known_bias(bias);
  const std::vector<const KnownInput*> constants = {nullptr, &known_weight, &known_bias};
  const std::vector<TensorSpec> out = {{DType::kFloat32, {p.batch, ay.out, ax.out, p.group_out}}};
  for (const int threads : {1, 2}) {
    for (const auto& candidate : ChannelsLastCandidates()) {
      SCOPED_TRACE(
          absl::StrCat(candidate.name, " threads=", threads, " ", x.spec().ToString(), " ", weight.spec().ToString()));
      const auto kernel = candidate.make(problem, {specs, out, constants, threads});
      if (absl::IsUnimplemented(kernel.status())) continue;
      std::vector<Tensor> y = {run_op::Guarded(out[0])};
      ASSERT_EQ(run_op::RunKernel(**kernel, data, y), absl::OkStatus());
      const std::vector<double> got = Doubles(y[0]);
      const double tolerance = Tolerance(candidate.faithfulness);
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_NEAR(got[i], want[i].value, tolerance * (want[i].magnitude + 1)) << "at " << i;
      }
    }
  }
}

TEST(ChannelsLastCandidates, ConvolveByWindowsOfOnePixel) {
  Random random;
  ExpectEveryCandidateRight(random, Of(1, 24, 40, Axis(9, 1, 1, 0), Axis(7, 1, 1, 0)));
  ExpectEveryCandidateRight(random, Of(2, 33, 17, Axis(9, 1, 2, 0), Axis(8, 1, 3, 0)));
  ExpectEveryCandidateRight(random, Of(1, 16, 16, Axis(5, 1, 1, 1), Axis(6, 1, 1, 2)));
}

TEST(ChannelsLastCandidates, ConvolveByWindowsOfAnyExtentStrideAndDilation) {
  Random random;
  ExpectEveryCandidateRight(random, Of(1, 3, 64, Axis(31, 7, 2, 3), Axis(30, 7, 2, 3)));
  ExpectEveryCandidateRight(random, Of(2, 40, 33, Axis(9, 3, 1, 1), Axis(7, 3, 1, 1)));
  ExpectEveryCandidateRight(random, Of(1, 20, 24, Axis(12, 3, 1, 2, 2), Axis(11, 3, 1, 2, 2)));
  ExpectEveryCandidateRight(random, Of(1, 130, 40, Axis(6, 3, 2, 1), Axis(7, 2, 1, 0)));
  ExpectEveryCandidateRight(random, Of(1, 48, 32, Axis(5, 1, 1, 0), Axis(9, 7, 1, 3)));
}

}  // namespace
}  // namespace moduled::nn
