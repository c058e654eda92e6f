// What bench sends where no files are given: inputs of the signature's shapes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/modulectl/signature.h"
#include "nn/tensor/datum.h"

namespace moduled::modulectl {

enum class BenchData {
  kRandom,  // Floats from 0 to 1; integers 0 or 1, which are indices in any vocabulary. The same at each start.
  kZero,
};

// Of the examples' shapes; with `batch` rows, if that is not 0. INVALID_ARGUMENT where a signature fixes the rows, or
// has no example. `shapes`, if there are any, are used instead of the examples'.
absl::StatusOr<std::vector<nn::Datum>> MakeInputs(const Signature& signature, const std::vector<nn::TensorSpec>& shapes,
                                                  int64_t batch, BenchData data);

// How many inferences one call with these arguments is: the rows of the first, if the signature leaves them free.
int64_t BatchOf(const Signature& signature, const std::vector<nn::Datum>& inputs);

}  // namespace moduled::modulectl
