// attention: y = softmax(scale q k^T + mask) v, the softmax along the keys, by heads that know nothing of each other.
//
//   q [..., L, E], k [..., S, E], v [..., S, Ev], mask [...] -> y [..., L, Ev]
//
// The mask is there if attrs.mask says so; it is of q's type and broadcasts to the scores [..., L, S]. Where heads
// stand side by side in the rows, as projections leave them, or q, k and v do, nothing needs to be rearranged: see
// HeadLayout. The scores never leave the cache. float32 and float64, the same for all.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

// Where the heads of q, k, v and y are.
enum class HeadLayout : uint8_t {
  kSeparate,       // [..., L, E]: an axis like others, or none.
  kBatchFirst,     // [..., L, heads E]: scores are [..., heads, L, S].
  kSequenceFirst,  // [L, N, heads E]: scores are [N, heads, L, S].
};

struct AttentionOp {
  static constexpr absl::string_view kName = "attention";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    HeadLayout layout = HeadLayout::kSeparate;
    int64_t heads = 1;    // Not of kSeparate.
    bool packed = false;  // q, k and v are the thirds of the rows of one input. Not of kSeparate.
    bool mask = false;
    double scale = 1;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
