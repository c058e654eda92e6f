// fused_linear: y = pointwise(x weight^T + bias + residual).
//
//   x [..., in], weight [out, in], bias [out] (optional), residual [..., out] (optional, the last) -> y [..., out]
//
// float32.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct FusedLinearOp {
  static constexpr absl::string_view kName = "fused_linear";
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    bool residual = false;
    Pointwise pointwise = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static std::optional<Op> WithPointwise(const Attrs& attrs, const Pointwise& pointwise);
  static std::optional<Op> WithResidual(const Attrs& attrs);
};

}  // namespace moduled::nn
