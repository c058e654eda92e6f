#include "nn/layers/unpool_forward.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/init.h"
#include "nn/layers/spatial.h"
#include "nn/modules/python_text.h"
#include "nn/ops/checks.h"
#include "nn/ops/fractional_max_pool.h"
#include "nn/ops/max_unpool.h"

namespace moduled::nn {
namespace {

// Extent i of the last `axes` ones; 0 where there are fewer, which the operator refuses.
int64_t SpatialExtent(const Shape& x, size_t axes, size_t i) { return x.rank() < axes ? 0 : x[x.rank() - axes + i]; }

// What the input of max pooling was if its windows left nothing over.
absl::StatusOr<std::vector<int64_t>> DefaultOutputSize(const Shape& x, const UnpoolWindows& windows) {
  std::vector<int64_t> size;
  for (size_t i = 0; i < windows.kernel.size(); ++i) {
    int64_t extent = 0, padded = 0;
    if (__builtin_mul_overflow(SpatialExtent(x, windows.kernel.size(), i) - 1, windows.stride[i], &extent) ||
        __builtin_add_overflow(extent, windows.kernel[i], &extent) ||
        __builtin_mul_overflow(windows.padding[i], 2, &padded) || __builtin_sub_overflow(extent, padded, &extent)) {
      return absl::InvalidArgumentError("max_unpool: the output size does not fit into 64 bits");
    }
    size.push_back(extent);
  }
  return size;
}

// Takes N and C away, and refuses what the windows could not have made of it.
absl::Status CheckOutputSize(const std::vector<int64_t>& natural, const UnpoolWindows& windows,
                             std::vector<int64_t>& size) {
  const size_t axes = natural.size();
  if (size.size() == axes + 2) size.erase(size.begin(), size.begin() + 2);
  if (size.size() != axes) {
    return absl::InvalidArgumentError(absl::StrCat("output_size should be a sequence containing ", axes, " or ",
                                                   axes + 2, " elements, but it has a length of '", size.size(), "'"));
  }
  for (size_t i = 0; i < axes; ++i) {
    const __int128 least = static_cast<__int128>(natural[i]) - windows.stride[i];
    const __int128 most = static_cast<__int128>(natural[i]) + windows.stride[i];
    if (least < size[i] && size[i] < most) continue;
    return absl::InvalidArgumentError(absl::StrCat("invalid output_size \"", TupleRepr(size), "\" (dim ", i,
                                                   " must be between ", static_cast<int64_t>(least), " and ",
                                                   static_cast<int64_t>(most), ")"));
  }
  return absl::OkStatus();
}

// As torch.rand would draw them after manual_seed(seed). None for inputs that the operator refuses.
absl::StatusOr<Value> DrawSamples(Trace& trace, Value batched, size_t axes, uint64_t seed) {
  const TensorSpec& x = trace.spec(batched);
  RETURN_IF_ERROR(CheckDType("check_uniform_bounds", x.dtype, kComputedFloats));
  const bool fits = x.shape.rank() == axes + 2;
  const int64_t rows = fits && x.numel() > 0 ? x.shape[0] : 0;
  const TensorSpec spec = {x.dtype, {rows, fits ? x.shape[1] : 0, static_cast<int64_t>(axes)}};
  RETURN_IF_ERROR(spec.Check());
  ASSIGN_OR_RETURN(Tensor samples, Tensor::Allocate(spec));
  Generator generator(seed);
  init::Uniform(0, 1)(samples, generator);
  return trace.Constant(std::move(samples));
}

// int(extent * ratio), as Python computes it.
absl::StatusOr<std::vector<int64_t>> SizeByRatio(const Shape& x, const std::vector<double>& ratio) {
  std::vector<int64_t> size;
  for (size_t i = 0; i < ratio.size(); ++i) {
    const double extent = static_cast<double>(SpatialExtent(x, ratio.size(), i)) * ratio[i];
    if (!(extent > -0x1p62 && extent < 0x1p62)) {
      return absl::InvalidArgumentError(absl::StrCat("output_ratio: out of range (got ", FloatRepr(ratio[i]), ")"));
    }
    size.push_back(static_cast<int64_t>(extent));
  }
  return size;
}

}  // namespace

absl::StatusOr<Symbol> MaxUnpool(Trace& trace, Value input, Value indices, const UnpoolWindows& windows,
                                 std::optional<std::vector<int64_t>> output_size) {
  const size_t axes = windows.kernel.size();
  const Shape x = trace.spec(input).shape;
  ASSIGN_OR_RETURN(std::vector<int64_t> size, DefaultOutputSize(x, windows));
  if (output_size.has_value()) {
    RETURN_IF_ERROR(CheckOutputSize(size, windows, *output_size));
    size = *std::move(output_size);
  }
  const auto apply = [&](const std::vector<Value>& in) {
    return trace.Apply(Op::Of<MaxUnpoolOp>({.output_size = size}), in);
  };
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, ApplyBatchedAll(trace, axes, {input, indices}, apply));
  return outputs[0];
}

absl::StatusOr<Symbol> FractionalMaxPool(Trace& trace, Value input, const FractionalWindows& windows,
                                         std::optional<Value> samples) {
  const size_t axes = windows.kernel.size();
  const Shape x = trace.spec(input).shape;
  FractionalMaxPoolOp::Attrs attrs = {.kernel = windows.kernel, .output_size = windows.output_size};
  if (attrs.output_size.empty()) {
    ASSIGN_OR_RETURN(attrs.output_size, SizeByRatio(x, windows.output_ratio));
  }
  const auto apply = [&](const std::vector<Value>& in) -> absl::StatusOr<std::vector<Value>> {
    // The input's place in the graph tells the calls of one layer apart.
    const uint64_t seed = windows.seed + 0x9e3779b97f4a7c15 * static_cast<uint64_t>(input.id);
    absl::StatusOr<Value> drawn = samples.has_value() ? *samples : DrawSamples(trace, in[0], axes, seed);
    RETURN_IF_ERROR(drawn.status());
    return trace.Apply(Op::Of<FractionalMaxPoolOp>(attrs), {in[0], *drawn});
  };
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, ApplyBatchedAll(trace, axes, {input}, apply));
  if (!windows.return_indices) return outputs[0];
  return Symbol::Tuple{{outputs[0], outputs[1]}};
}

}  // namespace moduled::nn
