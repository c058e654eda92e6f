#include "absl/strings/str_cat.h"
#include "nn/ops/matrix/problem.h"
#include "nn/ops/measured_choice.h"

namespace moduled::nn {

absl::Span<const KernelCandidate<MatrixProblem>> MatrixCandidates() {
  static constexpr KernelCandidate<MatrixProblem> kCandidates[] = {
      {"onednn_bfloat16", MakeBfloat16MatrixKernel, Faithfulness::kBfloat16},
      {"tiles_bfloat16", MakeTilesMatrixKernel, Faithfulness::kBfloat16},
      {"onednn_packed", MakePackedMatrixKernel},
      {"openblas", MakeBlasMatrixKernel},
      {"tiles_split", MakeSplitTilesMatrixKernel, Faithfulness::kSplit},
      {"reference", MakeReferenceMatrixKernel, Faithfulness::kSame, /*last_resort=*/true},
  };
  return kCandidates;
}

absl::StatusOr<std::unique_ptr<Kernel>> MakeMatrixKernel(const MatrixProblem& problem, const KernelRequest& request) {
  return MakeFastestKernel("product", MatrixCandidates(), problem, request, problem.b_transposed ? "transposed" : "");
}

}  // namespace moduled::nn
