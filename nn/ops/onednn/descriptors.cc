#include "nn/ops/onednn/descriptors.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "nn/ops/onednn/runtime.h"

namespace moduled::nn::onednn {

dnnl::convolution_forward::primitive_desc DescribeConvolution(dnnl::algorithm algorithm,
                                                              const ConvolutionLayouts& layouts,
                                                              const ConvolutionWindow& window,
                                                              const dnnl::primitive_attr& attributes) {
  dnnl::memory::dims gaps = window.dilation;  // oneDNN counts the elements left out.
  for (dnnl::memory::dim& gap : gaps) --gap;
  const dnnl::convolution_forward::desc desc(dnnl::prop_kind::forward_inference, algorithm, layouts.x, layouts.weight,
                                             layouts.bias, layouts.y, window.stride, gaps, window.padding_begin,
                                             window.padding_end);
  return {desc, attributes, Engine()};
}

dnnl::matmul::primitive_desc DescribeMatmul(const Layout& a, const Layout& b, const Layout& bias, const Layout& y,
                                            const dnnl::primitive_attr& attributes) {
  return {dnnl::matmul::desc(a, b, bias, y), attributes, Engine()};
}

std::string Fingerprint(const Layout& layout) {
  const dnnl_memory_desc_t& md = layout.data;
  const auto join = [](const auto* values, int count) {
    return absl::StrJoin(absl::MakeConstSpan(values, static_cast<size_t>(count)), ",");
  };
  const dnnl_blocking_desc_t& blocks = md.format_desc.blocking;
  return absl::StrCat(md.data_type, ":", md.format_kind, ":", join(md.dims, md.ndims), ":",
                      join(md.padded_dims, md.ndims), ":", join(blocks.strides, md.ndims), ":",
                      join(blocks.inner_blks, blocks.inner_nblks), ":", join(blocks.inner_idxs, blocks.inner_nblks),
                      ":", md.extra.flags);
}

Layout Plain(const dnnl::memory::dims& dims) {
  dnnl::memory::dims strides(dims.size(), 1);
  for (size_t i = dims.size() - 1; i-- > 0;) strides[i] = strides[i + 1] * dims[i + 1];
  return Layout(dims, dnnl::memory::data_type::f32, strides);
}

Layout ChannelsLast(const dnnl::memory::dims& dims) {
  dnnl::memory::dims strides(dims.size());
  strides[1] = 1;
  dnnl::memory::dim step = dims[1];
  for (size_t i = dims.size() - 1; i >= 2; --i) {
    strides[i] = step;
    step *= dims[i];
  }
  strides[0] = step;
  return Layout(dims, dnnl::memory::data_type::f32, strides);
}

Layout Any(const dnnl::memory::dims& dims, dnnl::memory::data_type type) {
  return Layout(dims, type, dnnl::memory::format_tag::any);
}

Layout OfType(const Layout& layout, dnnl::memory::data_type type) {
  Layout other = layout;
  other.data.data_type = static_cast<dnnl_data_type_t>(type);
  return other;
}

}  // namespace moduled::nn::onednn
