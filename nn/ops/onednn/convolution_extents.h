// Convolutions in oneDNN's terms: dimensions with channels first, whatever the layout.
#pragma once

#include "nn/graph/kernel.h"
#include "nn/ops/convolution/problem.h"
#include "nn/ops/onednn/descriptors.h"

namespace moduled::nn::onednn {

struct ConvolutionExtents {
  dnnl::memory::dims x, weight, bias, y;
  ConvolutionWindow window;
};

ConvolutionExtents ExtentsOf(const ConvolutionProblem& problem);

// UNIMPLEMENTED for what oneDNN cannot count, and for tensors without elements.
absl::Status CheckConvolution(const ConvolutionProblem& problem, const KernelRequest& request);

}  // namespace moduled::nn::onednn
