// embedding_backward: the gradient of a table from those of the rows that were looked up.
//
//   grad [..., columns], indices [...] -> grad_table [rows, columns]
//
// Floating types: float32, float64; indices int64 or int32.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/embedding.h"

namespace moduled::nn {

struct EmbeddingBackwardOp {
  static constexpr absl::string_view kName = "embedding_backward";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t rows = 0;
    RowGradientOptions options = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
