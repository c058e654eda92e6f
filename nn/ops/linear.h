// linear: y = x weight^T + bias.
//
//   x [..., in], weight [out, in], bias [out] (optional) -> y [..., out]
//
// Every type of numbers but float16 and bfloat16. Integers wrap around.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct LinearOp {
  static constexpr absl::string_view kName = "linear";
  // An x of one axis is a single row, and has no axis of rows.
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<Op> WithPointwise(const Attrs& attrs, const Pointwise& pointwise);
  static std::optional<Op> WithResidual(const Attrs& attrs);
};

}  // namespace moduled::nn
