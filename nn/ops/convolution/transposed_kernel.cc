#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/blas/blas.h"
#include "nn/ops/convolution/columns.h"
#include "nn/ops/convolution/gradient_problem.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/scratch_layout.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// weight [group_out, k] -> [k, group_out].
template <class T>
void Transpose(const T* weight, int64_t group_out, int64_t k, T* transposed) {
  for (int64_t o = 0; o < group_out; ++o) {
    for (int64_t i = 0; i < k; ++i) transposed[i * group_out + o] = weight[o * k + i];
  }
}

// What the sums begin with: the bias of each channel, or zero.
template <class T>
void Begin(const ConvolutionProblem& p, const T* bias, T* dx) {
  const int64_t channels = p.groups * p.group_in;
  for (int64_t i = 0; i < p.batch * channels; ++i, dx += p.in_plane()) {
    std::fill_n(dx, p.in_plane(), bias == nullptr ? T{0} : bias[i % channels]);
  }
}

// Columns as a product of the transposed weight and the gradient, added to where the taps found the input.
template <class T>
std::unique_ptr<Kernel> MakeKernelOf(const ConvolutionProblem& p) {
  const int64_t k = p.group_in * p.taps();
  const int64_t block = ColumnsAtATime(p);
  ScratchLayout scratch;
  const size_t transposed_at = scratch.Add(static_cast<size_t>(k * p.group_out * p.groups) * sizeof(T));
  const size_t columns_at = scratch.Add(static_cast<size_t>(k * block) * sizeof(T));
  const auto run = [p, k, block, transposed_at, columns_at](const KernelArgs& args) {
    const auto* dy = static_cast<const T*>(args.in[0]);
    const auto* weight = static_cast<const T*>(args.in[1]);
    auto* dx = static_cast<T*>(args.out[0]);
    auto* transposed = reinterpret_cast<T*>(static_cast<uint8_t*>(args.scratch) + transposed_at);
    auto* columns = reinterpret_cast<T*>(static_cast<uint8_t*>(args.scratch) + columns_at);
    const int64_t plane = p.out_plane();
    for (int64_t g = 0; g < p.groups; ++g) {
      Transpose(weight + g * p.group_out * k, p.group_out, k, transposed + g * p.group_out * k);
    }
    Begin(p, p.with_bias ? static_cast<const T*>(args.in[2]) : nullptr, dx);
    for (int64_t i = 0; i < p.batch * p.groups; ++i) {
      for (int64_t begin = 0; begin < plane; begin += block) {
        const int64_t n = std::min(block, plane - begin);
        blas::Gemm(blas::Transpose::kNo, k, n, p.group_out, transposed + (i % p.groups) * p.group_out * k, p.group_out,
                   dy + i * p.group_out * plane + begin, plane, T{0}, columns, n);
        AddColumns(p, columns, begin, begin + n, dx + i * p.group_in * p.in_plane());
      }
    }
    return absl::OkStatus();
  };
  return MakeSimpleKernel("openblas_gemm col2im", run, scratch.bytes());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeTransposedConvolutionKernel(const ConvolutionProblem& problem) {
  RETURN_IF_ERROR(CheckProducts(problem));
  blas::Prepare();
  return MakeKernelFor(FloatTypes(), ConvolutionOp::kName, problem.dtype,
                       [&]<class T>() { return MakeKernelOf<T>(problem); });
}

}  // namespace moduled::nn
