// cluster_targets: which cluster of classes each target is in, and where in it, as an adaptive softmax divides them.
//
//   target int64 [N], cutoffs c1 < c2 < ... < n -> head int64 [N], then for each cluster [c_i, c_(i+1)):
//     member bool [N], place int64 [N]
//   The classes below c1 are in no cluster: head is the class itself. Of cluster i, head is c1 + i, and place counts
//   from the cluster's first class; 0 where the target is elsewhere.
//
// A target that is no class fails the run, in torch's words.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ClusterTargetsOp {
  static constexpr absl::string_view kName = "cluster_targets";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    std::vector<int64_t> cutoffs = {};  // At least two, growing; the last is the number of classes.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
