#include <cmath>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/channels_last/convolution_problem.h"
#include "nn/ops/kernels/pointwise.h"

namespace moduled::nn {
namespace {

// What the output channel `o` at (oy, ox) sums up; x is one image, [H, W, C].
double Correlate(const ConvolutionProblem& p, const float* x, const float* filter, int64_t o, int64_t oy, int64_t ox) {
  const auto& [az, ay, ax] = p.window;
  const int64_t channels = p.groups * p.group_in;
  const int64_t first = o / p.group_out * p.group_in;
  double sum = 0;
  for (int64_t ky = 0; ky < ay.kernel; ++ky) {
    const int64_t y = ay.Position(oy, ky);
    for (int64_t kx = 0; kx < ax.kernel; ++kx) {
      const int64_t column = ax.Position(ox, kx);
      if (!ay.Contains(y) || !ax.Contains(column)) continue;
      const float* pixel = x + (y * ax.in + column) * channels + first;
      const float* tap = filter + ky * ax.kernel + kx;
      for (int64_t c = 0; c < p.group_in; ++c) sum += static_cast<double>(pixel[c]) * tap[c * p.taps()];
    }
  }
  return sum;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeReferenceChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                        const KernelRequest&) {
  return MakeSimpleKernel("reference", [problem](const KernelArgs& args) {
    const ConvolutionProblem& p = problem.convolution;
    const auto& [az, ay, ax] = p.window;
    const auto* x = static_cast<const float*>(args.in[0]);
    const auto* weight = static_cast<const float*>(args.in[1]);
    const auto* bias = p.with_bias ? static_cast<const float*>(args.in[problem.bias_input()]) : nullptr;
    const auto* residual = problem.residual ? static_cast<const float*>(args.in[problem.residual_input()]) : nullptr;
    auto* y = static_cast<float*>(args.out[0]);
    const int64_t channels = p.groups * p.group_out;
    int64_t i = 0;
    for (int64_t n = 0; n < p.batch; ++n) {
      const float* image = x + n * p.groups * p.group_in * p.in_plane();
      for (int64_t oy = 0; oy < ay.out; ++oy) {
        for (int64_t ox = 0; ox < ax.out; ++ox) {
          for (int64_t o = 0; o < channels; ++o, ++i) {
            double sum = Correlate(p, image, weight + o * p.group_in * p.taps(), o, oy, ox);
            if (bias != nullptr) sum += bias[o];
            if (residual != nullptr) sum += residual[i];
            y[i] = kernels::Apply(problem.pointwise, static_cast<float>(sum));
          }
        }
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn
