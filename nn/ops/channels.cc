#include "nn/ops/channels.h"

#include "absl/strings/str_cat.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::Status CheckChannelInputs(absl::string_view op, absl::Span<const TensorSpec> in,
                                absl::Span<const absl::string_view> names) {
  RETURN_IF_ERROR(CheckInputCount(op, in, 1 + names.size()));
  RETURN_IF_ERROR(CheckDType("batch_norm", in[0].dtype, kComputedFloats));
  RETURN_IF_ERROR(CheckSameDType(op, in));
  const Shape& x = in[0].shape;
  if (x.rank() < 2) {
    return absl::InvalidArgumentError(absl::StrCat(op, ": expected at least 2D input (got ", x.rank(), "D input)"));
  }
  for (size_t i = 0; i < names.size(); ++i) {
    const Shape& parameter = in[i + 1].shape;
    if (parameter.rank() == 1 && parameter[0] == x[1]) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(names[i], " should contain ", x[1], " elements not ", parameter.numel()));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
