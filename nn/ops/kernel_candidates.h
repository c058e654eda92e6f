// The ways of computing an operator, as an ordered list: the best first, last a reference that takes everything.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/kernel.h"

namespace moduled::nn {

// How a kernel's results relate to those of plain float32 arithmetic.
enum class Faithfulness : uint8_t {
  kSame,      // Equal but for the order of sums.
  kSplit,     // Of terms that are off by 2^-14 at most: not for Precision::kExact.
  kWinograd,  // Further off: only where a check of the error passes, and not for Precision::kExact.
  kBfloat16,  // Operands of 8 significant bits: only for Precision::kFast.
};

// A Problem is what an operator works out of its attributes and shapes once, for all of its candidates.
template <class Problem>
struct KernelCandidate {
  absl::string_view name;
  // UNIMPLEMENTED, with the reason, where it does not compute this problem; other failures are failures.
  absl::StatusOr<std::unique_ptr<Kernel>> (*make)(const Problem& problem, const KernelRequest& request);
  Faithfulness faithfulness = Faithfulness::kSame;
  bool last_resort = false;  // Only where all others refuse.
};

// The kernel of the first candidate that does not refuse. `refusals`, if given, gets one line for each that did.
template <class Problem>
absl::StatusOr<std::unique_ptr<Kernel>> MakeFirstKernel(absl::string_view op,
                                                        absl::Span<const KernelCandidate<Problem>> candidates,
                                                        const Problem& problem, const KernelRequest& request,
                                                        std::vector<std::string>* refusals = nullptr) {
  std::vector<std::string> reasons;
  for (const KernelCandidate<Problem>& candidate : candidates) {
    absl::StatusOr<std::unique_ptr<Kernel>> kernel = candidate.make(problem, request);
    const bool refused = absl::IsUnimplemented(kernel.status());
    if (refused) reasons.push_back(absl::StrCat(candidate.name, ": ", kernel.status().message()));
    if (refused) continue;
    if (refusals != nullptr) *refusals = std::move(reasons);
    return kernel;
  }
  return absl::InternalError(absl::StrCat(op, ": every kernel refused: ", absl::StrJoin(reasons, "; ")));
}

}  // namespace moduled::nn
