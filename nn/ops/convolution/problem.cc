#include "nn/ops/convolution/problem.h"

namespace moduled::nn {

ConvolutionProblem MakeConvolutionProblem(const ConvolutionOp::Attrs& attrs, absl::Span<const TensorSpec> in,
                                          const TensorSpec& out) {
  const Shape& x = in[0].shape;
  const Shape& weight = in[1].shape;
  ConvolutionProblem problem;
  problem.dtype = in[0].dtype;
  problem.batch = x[0];
  problem.groups = attrs.groups;
  problem.group_in = weight[1];
  problem.group_out = weight[0] / attrs.groups;
  problem.with_bias = in.size() == 3;
  problem.axes = x.rank() - 2;
  for (size_t i = 0; i < problem.axes; ++i) {
    problem.window[kMaxWindowAxes - problem.axes + i] = {.in = x[i + 2],
                                                         .out = out.shape[i + 2],
                                                         .kernel = weight[i + 2],
                                                         .stride = attrs.stride[i],
                                                         .dilation = attrs.dilation[i],
                                                         .padding_begin = attrs.padding_begin[i],
                                                         .padding_end = attrs.padding_end[i]};
  }
  return problem;
}

absl::Span<const KernelCandidate<ConvolutionProblem>> ConvolutionCandidates() {
  static constexpr KernelCandidate<ConvolutionProblem> kCandidates[] = {
      {"onednn_direct", MakeDirectConvolutionKernel},
      {"im2col", MakeIm2colConvolutionKernel},
      {"reference", MakeReferenceConvolutionKernel},
  };
  return kCandidates;
}

}  // namespace moduled::nn
