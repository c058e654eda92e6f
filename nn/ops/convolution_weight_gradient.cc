#include "nn/ops/convolution_weight_gradient.h"

#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/blas/blas.h"
#include "nn/ops/checks.h"
#include "nn/ops/convolution/columns.h"
#include "nn/ops/convolution/gradient_problem.h"
#include "nn/ops/dispatch.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// The gradient times the transposed columns, summed over the batch and over blocks of columns.
template <class T>
std::unique_ptr<Kernel> MakeKernelOf(const ConvolutionProblem& p) {
  const int64_t k = p.group_in * p.taps();
  const int64_t block = ColumnsAtATime(p);
  const auto run = [p, k, block](const KernelArgs& args) {
    const auto* dy = static_cast<const T*>(args.in[0]);
    const auto* x = static_cast<const T*>(args.in[1]);
    auto* dweight = static_cast<T*>(args.out[0]);
    auto* columns = static_cast<T*>(args.scratch);
    const int64_t plane = p.out_plane();
    std::fill_n(dweight, p.groups * p.group_out * k, T{0});
    for (int64_t i = 0; i < p.batch * p.groups; ++i) {
      for (int64_t begin = 0; begin < plane; begin += block) {
        const int64_t n = std::min(block, plane - begin);
        WriteColumns(p, x + i * p.group_in * p.in_plane(), begin, begin + n, columns);
        blas::Gemm(blas::Transpose::kYes, p.group_out, k, n, dy + i * p.group_out * plane + begin, plane, columns, n,
                   T{1}, dweight + (i % p.groups) * p.group_out * k, k);
      }
    }
    return absl::OkStatus();
  };
  return MakeSimpleKernel("im2col openblas_gemm", run, static_cast<size_t>(k * block) * sizeof(T));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> ConvolutionWeightGradientOp::Infer(const Attrs& attrs,
                                                                           absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  TensorSpec weight = {in[0].dtype, attrs.shape};
  RETURN_IF_ERROR(CheckGradient(kName, attrs.convolution, in[1], weight, in[0]));
  return std::vector<TensorSpec>{std::move(weight)};
}

absl::StatusOr<std::unique_ptr<Kernel>> ConvolutionWeightGradientOp::MakeKernel(const Attrs& attrs,
                                                                                const KernelRequest& request) {
  const TensorSpec in[] = {request.in[1], request.out[0]};
  const ConvolutionProblem problem = MakeConvolutionProblem(attrs.convolution, in, request.in[0]);
  RETURN_IF_ERROR(CheckProducts(problem));
  blas::Prepare();
  return MakeKernelFor(FloatTypes(), kName, problem.dtype, [&]<class T>() { return MakeKernelOf<T>(problem); });
}

}  // namespace moduled::nn
