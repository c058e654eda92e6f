#include "nn/ops/channels_last/convolution_problem.h"

namespace moduled::nn {

absl::Span<const KernelCandidate<ChannelsLastProblem>> ChannelsLastCandidates() {
  static constexpr KernelCandidate<ChannelsLastProblem> kCandidates[] = {
      {"onednn_bfloat16", MakeBfloat16ChannelsLastKernel, Faithfulness::kBfloat16},
      {"tiles_bfloat16", MakeTilesChannelsLastKernel, Faithfulness::kBfloat16},
      {"onednn_direct", MakeDirectChannelsLastKernel},
      {"winograd_4", MakeWinograd4ChannelsLastKernel, Faithfulness::kWinograd},
      {"winograd_4_windows", MakeWinogradWindowsChannelsLastKernel, Faithfulness::kWinograd},
      {"winograd_2", MakeWinograd2ChannelsLastKernel, Faithfulness::kWinograd},
      {"tiles_split", MakeSplitTilesChannelsLastKernel, Faithfulness::kSplit},
      {"reference", MakeReferenceChannelsLastKernel, Faithfulness::kSame, /*last_resort=*/true},
  };
  return kCandidates;
}

}  // namespace moduled::nn
