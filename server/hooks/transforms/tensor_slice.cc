#include "server/hooks/transforms/tensor_slice.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

using contract::SliceStep;

// The entries start, start + step, ... of one dimension, `count` of them.
struct Run {
  int64_t start = 0;
  int64_t step = 1;
  int64_t count = 0;
};

// Python's rule: counts from the end when negative, and is cut to [0, extent].
int64_t Bound(std::optional<int64_t> bound, int64_t unset, int64_t extent) {
  int64_t at = bound.value_or(unset);
  if (at < 0) at = at < -extent ? 0 : at + extent;
  return std::min(at, extent);
}

Run RunOf(const SliceStep::Range& range, int64_t extent) {
  Run run;
  run.start = Bound(range.start, 0, extent);
  run.step = range.step.value_or(1);
  const int64_t length = Bound(range.stop, extent, extent) - run.start;
  // Not (length + step - 1) / step: the sum may not fit.
  run.count = length <= 0 ? 0 : (length - 1) / run.step + 1;
  return run;
}

// Copies what the runs select from the dimension `axis` on. Returns the place behind what was written.
uint8_t* Copy(const std::vector<Run>& runs, const std::vector<size_t>& strides, size_t axis, const uint8_t* from,
              uint8_t* to) {
  const Run& run = runs[axis];
  const size_t stride = strides[axis];
  from += static_cast<size_t>(run.start) * stride;
  if (axis + 1 == runs.size() && run.step == 1) {
    const size_t bytes = static_cast<size_t>(run.count) * stride;
    std::memcpy(to, from, bytes);
    return to + bytes;
  }
  for (int64_t i = 0; i < run.count; ++i) {
    const uint8_t* entry = from + static_cast<size_t>(i * run.step) * stride;
    if (axis + 1 < runs.size()) {
      to = Copy(runs, strides, axis + 1, entry, to);
    } else {
      std::memcpy(to, entry, stride);
      to += stride;
    }
  }
  return to;
}

}  // namespace

absl::Status CheckSlice(const SliceStep& slice) {
  for (size_t i = 0; i < slice.dims.size(); ++i) {
    const int64_t step = slice.dims[i].step.value_or(1);
    if (step >= 1) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "slice.dims[", i, "].step: ", step == 0 ? "slice step cannot be zero" : "step must be greater than zero",
        " (got ", step, ")"));
  }
  return absl::OkStatus();
}

absl::StatusOr<nn::Tensor> SliceTensor(const nn::Tensor& tensor, const SliceStep& slice) {
  if (slice.dims.empty()) return tensor;
  if (slice.dims.size() > tensor.rank()) {
    return absl::InvalidArgumentError(absl::StrCat("too many indices for tensor of dimension ", tensor.rank()));
  }
  std::vector<Run> runs;
  std::vector<size_t> strides;  // In bytes.
  nn::TensorSpec spec = tensor.spec();
  for (size_t axis = 0; axis < slice.dims.size(); ++axis) {
    runs.push_back(RunOf(slice.dims[axis], tensor.shape()[axis]));
    strides.push_back(static_cast<size_t>(tensor.shape().numel(axis + 1, tensor.rank())) * nn::SizeOf(tensor.dtype()));
    spec.shape[axis] = runs.back().count;
  }
  ASSIGN_OR_RETURN(nn::Tensor sliced, nn::Tensor::Allocate(std::move(spec)));
  if (sliced.numel() > 0) {
    Copy(runs, strides, 0, static_cast<const uint8_t*>(tensor.data()), static_cast<uint8_t*>(sliced.mutable_data()));
  }
  return sliced;
}

}  // namespace moduled::server
