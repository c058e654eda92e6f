#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/blas/blas.h"
#include "nn/ops/convolution/columns.h"
#include "nn/ops/dispatch.h"

namespace moduled::nn {
namespace {

// Elements of the matrix of columns that are made at a time, so that they are still in the cache when they are used.
constexpr int64_t kColumnElements = 1 << 17;
// Fewer columns would keep GEMM from reusing what it loads.
constexpr int64_t kMinColumns = 64;

// A 1x1 kernel sees the input as it is.
bool SeesInputAsItIs(const ConvolutionProblem& p) {
  return p.taps() == 1 && std::all_of(p.window.begin(), p.window.end(), [](const WindowAxis& axis) {
           return axis.stride == 1 && axis.padding_begin == 0 && axis.out == axis.in;
         });
}

// One group of one element of the batch.
template <class T>
void ConvolveGroup(const ConvolutionProblem& p, int64_t block, const T* x, const T* weight, const T* bias, T* y,
                   T* columns) {
  const int64_t plane = p.out_plane();
  const int64_t k = p.group_in * p.taps();
  for (int64_t o = 0; bias != nullptr && o < p.group_out; ++o) std::fill_n(y + o * plane, plane, bias[o]);
  const T beta = bias == nullptr ? 0 : 1;
  const bool direct = columns == nullptr;
  for (int64_t begin = 0; begin < plane; begin += block) {
    const int64_t n = std::min(block, plane - begin);
    if (!direct) WriteColumns(p, x, begin, begin + n, columns);
    blas::Gemm(blas::Transpose::kNo, p.group_out, n, k, weight, k, direct ? x + begin : columns, direct ? plane : n,
               beta, y + begin, plane);
  }
}

template <class T>
std::unique_ptr<Kernel> MakeIm2colKernelOf(const ConvolutionProblem& p) {
  const int64_t k = p.group_in * p.taps();
  const bool direct = SeesInputAsItIs(p);
  const int64_t block = direct ? p.out_plane() : std::min(p.out_plane(), std::max(kMinColumns, kColumnElements / k));
  const auto run = [p, direct, block](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    const auto* weight = static_cast<const T*>(args.in[1]);
    const auto* bias = p.with_bias ? static_cast<const T*>(args.in[2]) : nullptr;
    auto* y = static_cast<T*>(args.out[0]);
    auto* columns = direct ? nullptr : static_cast<T*>(args.scratch);
    for (int64_t i = 0; i < p.batch * p.groups; ++i) {
      const int64_t group = i % p.groups;
      ConvolveGroup(p, block, x + i * p.group_in * p.in_plane(), weight + group * p.group_out * p.group_in * p.taps(),
                    bias == nullptr ? nullptr : bias + group * p.group_out, y + i * p.group_out * p.out_plane(),
                    columns);
    }
    return absl::OkStatus();
  };
  const size_t scratch = direct ? 0 : static_cast<size_t>(k * block) * sizeof(T);
  return MakeSimpleKernel(direct ? "openblas_gemm" : "im2col openblas_gemm", run, scratch);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeIm2colConvolutionKernel(const ConvolutionProblem& problem,
                                                                    const KernelRequest& request) {
  if (request.out[0].numel() == 0 || problem.group_in == 0) return absl::UnimplementedError("a tensor is empty");
  const int64_t k = problem.group_in * problem.taps();
  if (!blas::Fits(k) || !blas::Fits(problem.out_plane()) || !blas::Fits(problem.group_out)) {
    return absl::UnimplementedError("an extent does not fit into 32 bits");
  }
  blas::Prepare();
  return MakeKernelFor(FloatTypes(), ConvolutionOp::kName, problem.dtype,
                       [&]<class T>() { return MakeIm2colKernelOf<T>(problem); });
}

}  // namespace moduled::nn
