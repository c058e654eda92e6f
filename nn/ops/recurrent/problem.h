// A recurrent operator as its kernels see it.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/graph/kernel.h"
#include "nn/ops/kernel_candidates.h"
#include "nn/ops/recurrent/attrs.h"

namespace moduled::nn::recurrent {

struct Problem {
  RecurrentAttrs attrs;
  RecurrentSizes sizes;
};

// The best first.
absl::Span<const KernelCandidate<Problem>> Candidates();

// Constant weights packed by hidden units, for processors that run AVX-512: float32. The gates of a step stay in the
// first level of the cache.
absl::StatusOr<std::unique_ptr<Kernel>> MakePackedKernel(const Problem& problem, const KernelRequest& request);

// A product by OpenBLAS for each step: float32 and float64.
absl::StatusOr<std::unique_ptr<Kernel>> MakeBlasKernel(const Problem& problem, const KernelRequest& request);

}  // namespace moduled::nn::recurrent
