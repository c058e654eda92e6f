// The part of oneDNN's interface that differs between its versions 2 and 3, and nothing else: descriptors of
// primitives, and descriptions of layouts.
#pragma once

#include <string>

#include "oneapi/dnnl/dnnl.hpp"

namespace moduled::nn::onednn {

using Layout = dnnl::memory::desc;

struct ConvolutionLayouts {
  Layout x;
  Layout weight;
  Layout bias;  // Empty for none.
  Layout y;
};

struct ConvolutionWindow {
  dnnl::memory::dims stride;
  dnnl::memory::dims dilation;  // 1 is dense.
  dnnl::memory::dims padding_begin;
  dnnl::memory::dims padding_end;
};

// Throw dnnl::error.
dnnl::convolution_forward::primitive_desc DescribeConvolution(dnnl::algorithm algorithm,
                                                              const ConvolutionLayouts& layouts,
                                                              const ConvolutionWindow& window,
                                                              const dnnl::primitive_attr& attributes);
dnnl::matmul::primitive_desc DescribeMatmul(const Layout& a, const Layout& b, const Layout& bias, const Layout& y,
                                            const dnnl::primitive_attr& attributes);

// All that tells a layout from others, for use as a key.
std::string Fingerprint(const Layout& layout);

// A row-major float32 tensor.
Layout Plain(const dnnl::memory::dims& dims);
// The same with the second axis last in memory: [N, C, H, W] as [N, H, W, C].
Layout ChannelsLast(const dnnl::memory::dims& dims);
// A tensor as a primitive likes it best.
Layout Any(const dnnl::memory::dims& dims, dnnl::memory::data_type type = dnnl::memory::data_type::f32);
// The same with elements of another type.
Layout OfType(const Layout& layout, dnnl::memory::data_type type);

}  // namespace moduled::nn::onednn
