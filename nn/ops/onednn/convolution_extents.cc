#include "nn/ops/onednn/convolution_extents.h"

#include <limits>

namespace moduled::nn::onednn {
namespace {

// oneDNN computes positions in the padded input and offsets in bytes in 32 bits, and does not check that they fit.
bool FitsInto32Bits(const ConvolutionProblem& p, const KernelRequest& request) {
  constexpr int64_t kLimit = std::numeric_limits<int32_t>::max();
  for (const WindowAxis& axis : p.window) {
    if (axis.stride > kLimit / 2 || axis.padded() > kLimit / 2 || axis.extent() > kLimit / 2) return false;
    if (axis.dilation > kLimit / 2) return false;
  }
  const auto bytes_of_image = [&](const TensorSpec& spec) { return spec.byte_size() / static_cast<size_t>(p.batch); };
  return p.batch <= kLimit && bytes_of_image(request.in[0]) <= kLimit && bytes_of_image(request.out[0]) <= kLimit &&
         request.in[1].byte_size() <= kLimit;
}

}  // namespace

ConvolutionExtents ExtentsOf(const ConvolutionProblem& p) {
  ConvolutionExtents e;
  e.x = {p.batch, p.groups * p.group_in};
  e.y = {p.batch, p.groups * p.group_out};
  e.weight = {p.groups * p.group_out, p.group_in};
  if (p.groups > 1) e.weight = {p.groups, p.group_out, p.group_in};
  e.bias = {p.groups * p.group_out};
  for (size_t i = kMaxWindowAxes - p.axes; i < kMaxWindowAxes; ++i) {
    const WindowAxis& axis = p.window[i];
    e.x.push_back(axis.in);
    e.y.push_back(axis.out);
    e.weight.push_back(axis.kernel);
    e.window.stride.push_back(axis.stride);
    e.window.dilation.push_back(axis.dilation);
    e.window.padding_begin.push_back(axis.padding_begin);
    e.window.padding_end.push_back(axis.padding_end);
  }
  return e;
}

absl::Status CheckConvolution(const ConvolutionProblem& problem, const KernelRequest& request) {
  if (problem.dtype != DType::kFloat32) return absl::UnimplementedError("float32 only");
  if (request.out[0].numel() == 0 || problem.group_in == 0) return absl::UnimplementedError("a tensor is empty");
  if (!FitsInto32Bits(problem, request)) return absl::UnimplementedError("an extent does not fit into 32 bits");
  return absl::OkStatus();
}

}  // namespace moduled::nn::onednn
