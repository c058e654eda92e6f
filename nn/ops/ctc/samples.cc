#include "nn/ops/ctc/samples.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr absl::string_view kChecking = " (while checking arguments for ctc_loss_cpu)";

absl::Status WrongSize(absl::string_view want, int64_t axis, int64_t got) {
  return absl::InvalidArgumentError(absl::StrCat("Expected tensor to have size ", want, " at dimension ", axis,
                                                 ", but got size ", got, " for argument #2 'targets'", kChecking));
}

}  // namespace

absl::StatusOr<CtcBatch> CheckCtcBatch(const CtcOptions& options, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(CtcLossOp::kName, in, 4));
  const Shape &x = in[0].shape, &targets = in[1].shape;
  if (x.rank() != 3) {
    return absl::InvalidArgumentError(absl::StrCat("Expected 3-dimensional tensor, but got ", x.rank(),
                                                   "-dimensional tensor for argument #1 'log_probs'", kChecking));
  }
  RETURN_IF_ERROR(CheckDType("ctc_loss_cpu", in[0].dtype, kComputedFloats));
  if (targets.rank() != 1 && targets.rank() != 2) {
    return absl::InvalidArgumentError(absl::StrCat("Expected 1 to 2 dimensions, but got ", targets.rank(),
                                                   "-dimensional tensor for argument #2 'targets'", kChecking));
  }
  for (const TensorSpec& spec : in.subspan(1)) RETURN_IF_ERROR(CheckDType("ctc_loss_cpu", spec.dtype, {DType::kInt64}));
  const CtcBatch batch{.steps = x[0],
                       .n = x[1],
                       .classes = x[2],
                       .target_extent = targets.At(-1),
                       .concatenated = targets.rank() == 1,
                       .blank = options.blank};
  if (batch.blank < 0 || batch.blank >= batch.classes) {
    return absl::InvalidArgumentError("blank must be in label range");
  }
  const char* const names[] = {"input_lengths", "target_lengths"};
  for (const size_t i : {0, 1}) {
    if (in[2 + i].shape == Shape{batch.n}) continue;
    return absl::InvalidArgumentError(absl::StrCat(names[i], " must be of size batch_size"));
  }
  if (!batch.concatenated && targets[0] != batch.n) return WrongSize(absl::StrCat(batch.n), 0, targets[0]);
  // The scratch of the backward pass holds a number for each step and state.
  RETURN_IF_ERROR(Shape({batch.target_extent, 2}).Check());
  RETURN_IF_ERROR((TensorSpec{DType::kFloat64, {batch.max_states(), batch.steps + 4}}).Check());
  return batch;
}

absl::Status CtcSamples::CheckLengths() const {
  int64_t total = 0, longest = 0;
  for (int64_t i = 0; i < batch_.n; ++i) {
    if (input_lengths_[i] < 0 || target_lengths_[i] < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(input_lengths_[i] < 0 ? "input_lengths" : "target_lengths", " must not be negative"));
    }
    longest = std::max(longest, target_lengths_[i]);
    // Saturates: a sum beyond the tensor is refused whatever it is.
    total = target_lengths_[i] > batch_.target_extent ? batch_.target_extent + 1
                                                      : std::min(total + target_lengths_[i], batch_.target_extent + 1);
  }
  if (batch_.concatenated && total != batch_.target_extent)
    return WrongSize(absl::StrCat(total), 0, batch_.target_extent);
  if (!batch_.concatenated && longest > batch_.target_extent) {
    return WrongSize(absl::StrCat("at least ", longest), 1, batch_.target_extent);
  }
  const int64_t* const most = std::max_element(input_lengths_, input_lengths_ + batch_.n);
  if (batch_.n == 0 || *most <= batch_.steps) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Expected input_lengths to have value at most ", batch_.steps,
                                                 ", but got value ", *most, kChecking));
}

absl::Status CtcSamples::Check() const {
  RETURN_IF_ERROR(CheckLengths());
  absl::Status status;
  ForEach([&](const CtcSample& sample) {
    for (const int64_t label : sample.labels) {
      if (label >= 0 && label < batch_.classes) continue;
      status = absl::InvalidArgumentError(absl::StrCat("targets: a label is no class (got ", label,
                                                       ", want at least 0 and less than ", batch_.classes, ")"));
      return;
    }
  });
  return status;
}

}  // namespace moduled::nn
