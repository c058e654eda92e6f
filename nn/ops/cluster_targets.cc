#include "nn/ops/cluster_targets.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ClusterTargetsOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  // In torch's words: there the targets are what gathers.
  if (in[0].dtype != DType::kInt64) return absl::InvalidArgumentError("gather(): Expected dtype int64 for index");
  if (in[0].shape.rank() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(kName, ": wrong rank (got ", in[0].ToString(), ", want 1)"));
  }
  if (attrs.cutoffs.empty()) return absl::InvalidArgumentError(absl::StrCat(kName, ": no cutoffs"));
  std::vector<TensorSpec> out = {in[0]};
  for (size_t cluster = 1; cluster < attrs.cutoffs.size(); ++cluster) {
    out.push_back({DType::kBool, in[0].shape});
    out.push_back(in[0]);
  }
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> ClusterTargetsOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  return MakeSimpleKernel("loop", [cutoffs = attrs.cutoffs, n = request.in[0].numel()](const KernelArgs& args) {
    const auto* target = static_cast<const int64_t*>(args.in[0]);
    const auto [least, most] = std::minmax_element(target, target + n);
    if (n > 0 && (*least < 0 || *most >= cutoffs.back())) {
      return absl::InvalidArgumentError(absl::StrCat("Target values should be in [0, ", cutoffs.back() - 1,
                                                     "], but values in range [", *least, ", ", *most,
                                                     "] were found. "));
    }
    auto* head = static_cast<int64_t*>(args.out[0]);
    for (int64_t i = 0; i < n; ++i) {
      const auto above = std::upper_bound(cutoffs.begin(), cutoffs.end(), target[i]);
      const int64_t cluster = above - cutoffs.begin();  // 0: none.
      head[i] = cluster == 0 ? target[i] : cutoffs[0] + cluster - 1;
      for (size_t c = 1; c < cutoffs.size(); ++c) {
        const bool member = static_cast<int64_t>(c) == cluster;
        static_cast<bool*>(args.out[2 * c - 1])[i] = member;
        static_cast<int64_t*>(args.out[2 * c])[i] = member ? target[i] - cutoffs[c - 1] : 0;
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn
