#include "nn/ops/matrix/problem.h"

namespace moduled::nn {

absl::Span<const KernelCandidate<MatrixProblem>> MatrixCandidates() {
  static constexpr KernelCandidate<MatrixProblem> kCandidates[] = {
      {"onednn_packed", MakePackedMatrixKernel},
      {"openblas", MakeBlasMatrixKernel},
      {"reference", MakeReferenceMatrixKernel},
  };
  return kCandidates;
}

}  // namespace moduled::nn
