#include "server/hooks/transforms/transform.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"
#include "server/hooks/transforms/tensor_reduce.h"
#include "server/hooks/transforms/tensor_slice.h"

namespace moduled::server {
namespace {

using contract::CastStep;
using contract::ReduceStep;
using contract::SliceStep;
using contract::TransformStep;

bool MakesTuple(const TransformStep& step) {
  const auto* reduce = std::get_if<ReduceStep>(&step);
  return reduce != nullptr && (reduce->op == ReduceStep::Op::kTopK || reduce->op == ReduceStep::Op::kHistogram);
}

absl::Status CheckStep(const TransformStep& step) {
  if (const auto* slice = std::get_if<SliceStep>(&step)) return CheckSlice(*slice);
  if (const auto* reduce = std::get_if<ReduceStep>(&step)) return CheckReduce(*reduce);
  return absl::OkStatus();
}

absl::StatusOr<nn::Datum> ApplyStep(const TransformStep& step, const nn::Tensor& tensor) {
  if (const auto* slice = std::get_if<SliceStep>(&step)) return SliceTensor(tensor, *slice);
  if (const auto* reduce = std::get_if<ReduceStep>(&step)) return ReduceTensor(tensor, *reduce);
  return nn::Convert(tensor, std::get<CastStep>(step).dtype);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Transform>> Transform::Compile(std::vector<TransformStep> steps,
                                                                    std::string field) {
  for (size_t i = 0; i < steps.size(); ++i) {
    if (absl::Status status = CheckStep(steps[i]); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(field, "[", i, "].", status.message()));
    }
  }
  // Each would double what the one before has made: sixteen make a day's work of one tensor.
  if (std::count_if(steps.begin(), steps.end(), MakesTuple) > 1) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": more than one step is TOPK or HISTOGRAM"));
  }
  return std::shared_ptr<const Transform>(new Transform(std::move(steps), std::move(field)));
}

absl::StatusOr<nn::Datum> Transform::Apply(nn::Datum value) const {
  for (size_t i = 0; i < steps_.size(); ++i) {
    absl::Status status;
    value = nn::MapLeaves<nn::Tensor>(value, [&](const nn::Tensor& tensor) -> nn::Datum {
      if (!status.ok()) return nn::Datum();
      absl::StatusOr<nn::Datum> made = ApplyStep(steps_[i], tensor);
      if (made.ok()) return *std::move(made);
      status = made.status();
      return nn::Datum();
    });
    if (!status.ok()) return absl::Status(status.code(), absl::StrCat(field_, "[", i, "]: ", status.message()));
  }
  return value;
}

absl::Status Transform::Apply(contract::HookEvent& event) const {
  absl::Status status;
  const auto apply = [&](nn::Datum& value) {
    if (!status.ok()) return;
    absl::StatusOr<nn::Datum> made = Apply(std::move(value));
    status = made.status();
    if (made.ok()) value = *std::move(made);
  };
  for (nn::Datum& value : event.inputs) apply(value);
  for (auto& [name, value] : event.kwargs) apply(value);
  if (event.output.has_value()) apply(*event.output);
  for (nn::Datum& value : event.grad_input) apply(value);
  for (nn::Datum& value : event.grad_output) apply(value);
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), " (at ", event.path.empty() ? "the root" : event.path, ")"));
}

void KeepSubject(contract::HookEvent& event) {
  using contract::HookKind;
  if (event.kind != HookKind::kForwardPre) {
    event.inputs.clear();
    event.kwargs.clear();
  }
  if (event.kind == HookKind::kFullBackward) event.grad_output.clear();
}

}  // namespace moduled::server
