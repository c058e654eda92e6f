// The arguments of convolution layers' constructors, checked and printed in torch's words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/layers/attributes.h"
#include "nn/layers/layer.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// Which of torch's constructors.
struct ConvolutionForm {
  size_t axes;
  bool transposed = false;
  bool lazy = false;

  // "LazyConvTranspose2d", and what it becomes.
  std::string Name() const;
  ConvolutionForm Resolved() const { return {axes, transposed, false}; }
};

// Numbers for each axis.
struct ConvolutionOptions {
  ConvolutionForm form;
  int64_t in_channels = 0;  // 0 while it is lazy.
  int64_t out_channels;
  std::vector<int64_t> kernel_size;
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
  std::string padding_name;  // "" where the padding is numbers.
  std::vector<int64_t> output_padding;
  std::vector<int64_t> dilation;
  int64_t groups;
  bool bias;
  std::string padding_mode;

  // Whether what is padded is not zeros.
  bool pads_apart() const { return padding_mode != "zeros"; }
  Shape WeightShape() const;
  std::string Repr() const;
};

absl::StatusOr<ConvolutionOptions> ReadConvolutionOptions(const Attributes& attributes, const ConvolutionForm& form);

// Makes weight and bias.
absl::Status AddConvolutionState(const ConvolutionOptions& options, InitContext& context, Layer& layer);

// The lazy form's layer.
LayerResult CreateLazyConvolution(const LayerArguments& arguments, const ConvolutionForm& form,
                                  LayerResult (*create)(const LayerArguments& arguments));

}  // namespace moduled::nn
