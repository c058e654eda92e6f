// hx, which a recurrent layer may be given: the initial states of all of its layers.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "nn/layers/recurrent_options.h"
#include "nn/layers/sequence.h"

namespace moduled::nn {

// Each initial state [layers, N, *], in the sequences' order; zeros where `given` is None. Refuses what has other
// shapes, as torch does.
absl::StatusOr<std::vector<Value>> InitialStates(Trace& trace, const RecurrentOptions& options,
                                                 const Sequence& sequence, const Symbol& given);

}  // namespace moduled::nn
