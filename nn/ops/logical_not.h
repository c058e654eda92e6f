// logical_not: whether x is zero.
//
//   x [...] -> y bool [...]
//
// Every type but float16 and bfloat16.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct LogicalNotOp {
  static constexpr absl::string_view kName = "logical_not";
  static constexpr OpTraits kTraits = {.elementwise = true, .row_independent = true};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
