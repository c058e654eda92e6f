// The gradients of embedding_bag.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/embedding_bag.h"

namespace moduled::nn {

// Of the table: grad [bags, columns], indices [n], offsets and, if weighted, sample_weights [n], or, for the maximum,
// where [bags, columns] -> grad_table [rows, columns].
struct EmbeddingBagTableGradientOp {
  static constexpr absl::string_view kName = "embedding_bag_table_gradient";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t rows = 0;
    BagOptions bag = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

// Of the weights of the samples: grad [bags, columns], table, indices [n], offsets -> [n].
struct EmbeddingBagSampleGradientOp {
  static constexpr absl::string_view kName = "embedding_bag_sample_gradient";
  static constexpr OpTraits kTraits = {};
  using Attrs = BagOptions;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
