// What the two gradients of a convolution share: the problem that they are the gradients of, and its matrices' sizes.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "nn/ops/convolution/problem.h"

namespace moduled::nn {

// How many columns of the matrix of columns are made at a time.
int64_t ColumnsAtATime(const ConvolutionProblem& problem);

// INVALID_ARGUMENT unless `dy` is what a convolution of these types answers.
absl::Status CheckGradient(absl::string_view op, const ConvolutionOp::Attrs& attrs, const TensorSpec& x,
                           const TensorSpec& weight, const TensorSpec& dy);

// INTERNAL unless OpenBLAS can count as far as the problem's products go.
absl::Status CheckProducts(const ConvolutionProblem& problem);

}  // namespace moduled::nn
