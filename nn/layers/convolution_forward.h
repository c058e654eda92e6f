// Convolutions of tensors, as layers and functions share them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"
#include "nn/ops/convolution.h"
#include "nn/ops/convolution_transpose.h"

namespace moduled::nn {

// What is convolved with what. The input may come without its batch axis.
struct ConvolutionOperands {
  Value input;
  std::vector<Value> weight_and_bias;  // The bias may be missing.
};

// torch.conv1d to conv3d.
absl::StatusOr<Symbol> Convolve(Trace& trace, const ConvolutionOperands& operands, size_t axes,
                                ConvolutionOp::Attrs attrs);

// torch.conv_transpose1d to conv_transpose3d.
absl::StatusOr<Symbol> ConvolveTransposed(Trace& trace, const ConvolutionOperands& operands, size_t axes,
                                          ConvolutionTransposeOp::Attrs attrs);

// What padding='same' adds along one axis. Where it is odd, torch adds more at the end.
struct SamePadding {
  int64_t begin;
  int64_t end;
};
inline SamePadding PaddingForSame(int64_t kernel, int64_t dilation) {
  const int64_t total = dilation * (kernel - 1);
  return {total / 2, total - total / 2};
}

}  // namespace moduled::nn
