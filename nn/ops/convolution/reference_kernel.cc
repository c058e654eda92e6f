#include "nn/graph/simple_kernel.h"
#include "nn/ops/convolution/problem.h"
#include "nn/ops/dispatch.h"

namespace moduled::nn {
namespace {

// What the output at `o` gets from one channel.
template <class T>
double Correlate(const ConvolutionProblem& p, const T* x, const T* filter, const int64_t (&o)[kMaxWindowAxes]) {
  const auto& [az, ay, ax] = p.window;
  double sum = 0;
  for (int64_t kz = 0; kz < az.kernel; ++kz) {
    const int64_t z = az.Position(o[0], kz);
    for (int64_t ky = 0; ky < ay.kernel; ++ky) {
      const int64_t y = ay.Position(o[1], ky);
      if (!az.Contains(z) || !ay.Contains(y)) continue;
      for (int64_t kx = 0; kx < ax.kernel; ++kx) {
        const int64_t column = ax.Position(o[2], kx);
        if (!ax.Contains(column)) continue;
        sum += static_cast<double>(x[(z * ay.in + y) * ax.in + column]) *
               static_cast<double>(filter[(kz * ay.kernel + ky) * ax.kernel + kx]);
      }
    }
  }
  return sum;
}

// One output channel of one element of the batch; x is its group's channels.
template <class T>
void ConvolveChannel(const ConvolutionProblem& p, const T* x, const T* filters, double bias, T* y) {
  const auto& [az, ay, ax] = p.window;
  for (int64_t oz = 0; oz < az.out; ++oz) {
    for (int64_t oy = 0; oy < ay.out; ++oy) {
      for (int64_t ox = 0; ox < ax.out; ++ox) {
        double sum = bias;
        for (int64_t c = 0; c < p.group_in; ++c) {
          sum += Correlate(p, x + c * p.in_plane(), filters + c * p.taps(), {oz, oy, ox});
        }
        *y++ = static_cast<T>(sum);
      }
    }
  }
}

template <class T>
std::unique_ptr<Kernel> MakeReferenceKernelOf(const ConvolutionProblem& p) {
  return MakeSimpleKernel("reference", [p](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    const auto* weight = static_cast<const T*>(args.in[1]);
    const auto* bias = p.with_bias ? static_cast<const T*>(args.in[2]) : nullptr;
    auto* y = static_cast<T*>(args.out[0]);
    const int64_t channels = p.groups * p.group_out;
    for (int64_t n = 0; n < p.batch; ++n) {
      for (int64_t o = 0; o < channels; ++o) {
        const int64_t group = n * p.groups + o / p.group_out;
        ConvolveChannel(p, x + group * p.group_in * p.in_plane(), weight + o * p.group_in * p.taps(),
                        bias == nullptr ? 0.0 : static_cast<double>(bias[o]), y + (n * channels + o) * p.out_plane());
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeReferenceConvolutionKernel(const ConvolutionProblem& problem,
                                                                       const KernelRequest&) {
  return MakeKernelFor(FloatTypes(), ConvolutionOp::kName, problem.dtype,
                       [&]<class T>() { return MakeReferenceKernelOf<T>(problem); });
}

}  // namespace moduled::nn
