#include "nn/ops/convolution_input_gradient.h"

#include <utility>

#include "nn/ops/checks.h"
#include "nn/ops/convolution/gradient_problem.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ConvolutionInputGradientOp::Infer(const Attrs& attrs,
                                                                          absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  TensorSpec x = {in[0].dtype, attrs.shape};
  RETURN_IF_ERROR(CheckGradient(kName, attrs.convolution, x, in[1], in[0]));
  return std::vector<TensorSpec>{std::move(x)};
}

absl::StatusOr<std::unique_ptr<Kernel>> ConvolutionInputGradientOp::MakeKernel(const Attrs& attrs,
                                                                               const KernelRequest& request) {
  const TensorSpec in[] = {request.out[0], request.in[1]};
  const ConvolutionProblem problem = MakeConvolutionProblem(attrs.convolution, in, request.in[0]);
  return MakeTransposedConvolutionKernel(problem);
}

}  // namespace moduled::nn
