#include "nn/plan/passes/pass.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr Pass kPasses[] = {
    {"fold_constants", "computes once what depends on constants alone", FoldConstants},
    {"fold_batch_norms", "multiplies batch normalisation into the weights before it", FoldBatchNorms},
    {"channels_last", "lays images out as [N, H, W, C] from end to end", PutChannelsLast},
    {"drop_unread_outputs", "computes nothing that only a gradient would read", DropUnreadOutputs},
    {"fuse_epilogues", "applies sums and activations where the results are written", FuseEpilogues},
};

absl::Status CheckNames(const std::vector<std::string>& disabled) {
  for (const std::string& name : disabled) {
    const auto is_named = [&](const Pass& pass) { return pass.name == name; };
    if (std::any_of(std::begin(kPasses), std::end(kPasses), is_named)) continue;
    const auto append = [](std::string* out, const Pass& pass) { absl::StrAppend(out, pass.name); };
    return absl::InvalidArgumentError(
        absl::StrCat("unknown pass \"", name, "\" (want one of ", absl::StrJoin(kPasses, ", ", append), ")"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Span<const Pass> AllPasses() { return kPasses; }

absl::StatusOr<Graph> Optimise(const Graph& graph, std::vector<bool> kept, const PlanOptions& options) {
  RETURN_IF_ERROR(CheckNames(options.disabled_passes));
  Rewrite rewrite(graph, std::move(kept));
  rewrite.RemoveDead();
  for (const Pass& pass : kPasses) {
    const auto& disabled = options.disabled_passes;
    if (std::find(disabled.begin(), disabled.end(), pass.name) != disabled.end()) continue;
    RETURN_IF_ERROR(pass.run(rewrite, options));
    rewrite.RemoveDead();
  }
  return std::move(rewrite).Finish();
}

}  // namespace moduled::nn
