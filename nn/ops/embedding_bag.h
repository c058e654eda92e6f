// embedding_bag: the sum, mean or maximum of each bag of a table's rows; 0 for an empty bag.
//
//   table [rows, columns], indices [n], offsets [bags, or bags + 1] and, if weighted, sample_weights [n]
//   -> y [bags, columns] and, for the maximum, where int64 [bags, columns]: the position in indices that it comes from,
//      -1 for none
//
// Floating types: float32, float64; indices and offsets int64. A bag ends where the next one begins; with an offset
// more than bags, the last one says where the last bag ends. An index that is no row, and offsets that are none, fail
// the run.
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

enum class BagMode : uint8_t { kSum, kMean, kMax };

struct BagOptions {
  BagMode mode = BagMode::kMean;
  bool include_last_offset = false;
  bool weighted = false;  // For sums only.
  MaxNorm limit = {};
  RowGradientOptions gradient = {};  // Its padding row counts in no bag.
  bool operator==(const BagOptions&) const = default;
};

struct EmbeddingBagOp {
  static constexpr absl::string_view kName = "embedding_bag";
  static constexpr OpTraits kTraits = {};
  using Attrs = BagOptions;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
