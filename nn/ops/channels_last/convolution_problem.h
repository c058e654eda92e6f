// Convolutions over images whose channels stand last, as kernels see them.
#pragma once

#include <string>

#include "nn/ops/channels_last/convolution.h"
#include "nn/ops/convolution/problem.h"
#include "nn/ops/kernel_candidates.h"

namespace moduled::nn {

struct ChannelsLastProblem {
  ConvolutionProblem convolution;  // As if channels stood first.
  bool residual = false;
  Pointwise pointwise;

  // Inputs behind x and the weight.
  size_t bias_input() const { return 2; }
  size_t residual_input() const { return convolution.with_bias ? 3 : 2; }
};

// The best first.
absl::Span<const KernelCandidate<ChannelsLastProblem>> ChannelsLastCandidates();

// By oneDNN's direct algorithms.
absl::StatusOr<std::unique_ptr<Kernel>> MakeDirectChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                     const KernelRequest& request);

// By oneDNN in bfloat16, summed in float32.
absl::StatusOr<std::unique_ptr<Kernel>> MakeBfloat16ChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                       const KernelRequest& request);

// By the processor's tiles: float32 as two parts in bfloat16 each, or rounded to one.
absl::StatusOr<std::unique_ptr<Kernel>> MakeSplitTilesChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                         const KernelRequest& request);
absl::StatusOr<std::unique_ptr<Kernel>> MakeTilesChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                    const KernelRequest& request);

// By Winograd's minimal filtering: results differ from a direct sum's by more than rounding.
absl::StatusOr<std::unique_ptr<Kernel>> MakeWinograd2ChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                        const KernelRequest& request);
absl::StatusOr<std::unique_ptr<Kernel>> MakeWinograd4ChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                        const KernelRequest& request);

// The same with weights that are as large as the convolution's own: for few tiles and many channels.
absl::StatusOr<std::unique_ptr<Kernel>> MakeWinogradWindowsChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                              const KernelRequest& request);

// Plain loops: every shape.
absl::StatusOr<std::unique_ptr<Kernel>> MakeReferenceChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                        const KernelRequest& request);

}  // namespace moduled::nn
