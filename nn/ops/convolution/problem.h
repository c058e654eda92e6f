// Convolutions as kernels see them: what is left of the operator once its shapes have been checked.
#pragma once

#include <cstdint>

#include "nn/ops/convolution.h"
#include "nn/ops/kernel_candidates.h"
#include "nn/ops/window_axis.h"

namespace moduled::nn {

struct ConvolutionProblem {
  DType dtype = DType::kFloat32;
  int64_t batch = 0;
  int64_t groups = 1;
  int64_t group_in = 0;   // Input channels of a group.
  int64_t group_out = 0;  // Output channels of a group.
  bool with_bias = false;
  size_t axes = 0;    // How many spatial axes the operator has: the last ones of `window`.
  WindowAxes window;  // The axes before have one element.

  int64_t in_plane() const { return window[0].in * window[1].in * window[2].in; }
  int64_t out_plane() const { return window[0].out * window[1].out * window[2].out; }
  int64_t taps() const { return window[0].kernel * window[1].kernel * window[2].kernel; }
};

// Requires types that ConvolutionOp::Infer accepted.
ConvolutionProblem MakeConvolutionProblem(const ConvolutionOp::Attrs& attrs, absl::Span<const TensorSpec> in,
                                          const TensorSpec& out);

// The best first.
absl::Span<const KernelCandidate<ConvolutionProblem>> ConvolutionCandidates();

// float32, by oneDNN's direct algorithms.
absl::StatusOr<std::unique_ptr<Kernel>> MakeDirectConvolutionKernel(const ConvolutionProblem& problem,
                                                                    const KernelRequest& request);

// float32 and float64: what each output sees written as a column of a matrix, and a product by OpenBLAS.
absl::StatusOr<std::unique_ptr<Kernel>> MakeIm2colConvolutionKernel(const ConvolutionProblem& problem,
                                                                    const KernelRequest& request);

// Plain loops: every type and shape.
absl::StatusOr<std::unique_ptr<Kernel>> MakeReferenceConvolutionKernel(const ConvolutionProblem& problem,
                                                                       const KernelRequest& request);

// float32 and float64, (y, weight, bias where the problem has one) -> x: the sum of what each
// element of y was computed from, weighted, by products by OpenBLAS. The bias belongs to x.
absl::StatusOr<std::unique_ptr<Kernel>> MakeTransposedConvolutionKernel(const ConvolutionProblem& problem);

}  // namespace moduled::nn
