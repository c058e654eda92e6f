// prod_others: for each element, the product of all others along an axis. The slope of prod, also where zeros are.
//
//   x [...] -> y [...]
//
// float32 and float64, both multiplied in double.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ProdOthersOp {
  static constexpr absl::string_view kName = "prod_others";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;  // Not negative.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
