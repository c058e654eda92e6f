// embedding: the rows of a table at some indices.
//
//   table [rows, columns], indices [...] -> y [..., columns]
//
// Floating types: float32, float64; indices int64 or int32. An index that is no row fails the run. With a greatest
// norm, longer rows come out scaled; the table stays as it is, and the gradient knows nothing of it, as in torch.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/lookup/table.h"

namespace moduled::nn {

// What becomes of the gradients of single rows.
struct RowGradientOptions {
  int64_t padding_idx = -1;         // The row without a gradient; -1: none.
  bool scale_grad_by_freq = false;  // A row's gradient is divided by how often it was looked up.
  bool operator==(const RowGradientOptions&) const = default;
};

struct EmbeddingOp {
  static constexpr absl::string_view kName = "embedding";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    MaxNorm limit = {};
    RowGradientOptions gradient = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
