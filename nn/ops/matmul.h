// matmul: the matrix product of torch.matmul.
//
//   a [..., m, k], b [..., k, n] -> y [..., m, n], the leading axes broadcast
//   a [k] counts as [1, k], b [k] as [k, 1]; the axis that this adds is not in y
//
// Every type of numbers but float16 and bfloat16. Integers wrap around.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct MatmulOp {
  static constexpr absl::string_view kName = "matmul";
  // Not row_independent: where b has leading axes, a row of y depends on a row of both inputs.
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
