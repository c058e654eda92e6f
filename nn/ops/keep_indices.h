// keep_indices: the input with everything zero along an axis but the entries at some indices.
//
//   x [...] -> y [...]
//
// Every type.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct KeepIndicesOp {
  static constexpr absl::string_view kName = "keep_indices";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;                   // Not negative.
    std::vector<int64_t> indices = {};  // Not negative; in any order, more than once too.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
