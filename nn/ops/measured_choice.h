// The fastest of several ways of computing an operator, found out by trying.
//
// The choice is kept in the request's AlgorithmCache, under a text that names the problem and the candidates; without a
// cache the first candidate is taken. Candidates that give up exactness are tried only where the request's precision
// allows it. Those of Winograd are compared with an exact one for the weights at hand, also where the choice is known.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nn/ops/kernel_candidates.h"

namespace moduled::nn {

// "conv… [types] threads=2 precision=1": what a choice depends on. Not on what follows the product of the first two
// inputs (bias, residual, function): that hardly matters, and whoever observes what is between them finds the choice
// made.
std::string ProblemText(absl::string_view op, const std::string& detail, const KernelRequest& request);

struct MeasuredCandidate {
  std::string name;
  Faithfulness faithfulness;
  std::function<absl::StatusOr<std::unique_ptr<Kernel>>()> make;  // As KernelCandidate::make.
  bool last_resort = false;
  bool alone = false;  // On one thread, though there are more: for what is over soon.
};

// The kernel of the fastest candidate that does not refuse and is as exact as it must be.
absl::StatusOr<std::unique_ptr<Kernel>> MakeFastest(absl::string_view problem,
                                                    absl::Span<const MeasuredCandidate> candidates,
                                                    const KernelRequest& request);

// Whether a kernel of that faithfulness may serve a request.
bool IsAllowed(Faithfulness faithfulness, Precision precision);

template <class Problem>
absl::StatusOr<std::unique_ptr<Kernel>> MakeFastestKernel(absl::string_view op,
                                                          absl::Span<const KernelCandidate<Problem>> candidates,
                                                          const Problem& problem, const KernelRequest& request,
                                                          const std::string& detail = "") {
  // Where little is to be done, to wake other threads takes longer than they save.
  KernelRequest alone = request;
  alone.threads = 1;
  std::vector<MeasuredCandidate> allowed;
  for (const KernelCandidate<Problem>& candidate : candidates) {
    if (!IsAllowed(candidate.faithfulness, request.precision)) continue;
    allowed.push_back({std::string(candidate.name), candidate.faithfulness,
                       [&] { return candidate.make(problem, request); }, candidate.last_resort});
    if (request.threads == 1 || candidate.last_resort) continue;
    allowed.push_back({absl::StrCat(candidate.name, " alone"), candidate.faithfulness,
                       [&] { return candidate.make(problem, alone); }, false, true});
  }
  return MakeFastest(ProblemText(op, detail, request), allowed, request);
}

}  // namespace moduled::nn
