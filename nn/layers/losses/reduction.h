// What becomes of the losses of single elements.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "nn/layers/attribute_reader.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

enum class Reduction : uint8_t {
  kNone,
  kMean,
  kSum,
  kBatchMean,  // The sum, divided by the extent of axis 0 of the input. For KLDivLoss alone.
};

// "foo is not a valid value for reduction", or, of the losses that torch writes in Python, "foo is not valid".
enum class ReductionError : uint8_t { kNotAValidValue, kNotValid };

// Reads `reduction`; where `size_average` or `reduce` are given, these decide, as in torch.
Reduction ReadReduction(AttributeReader& reader, ReductionError error = ReductionError::kNotAValidValue);
// The same where "batchmean" is one of them.
Reduction ReadReductionWithBatchMean(AttributeReader& reader);

// The losses reduced. kBatchMean is not for this.
absl::StatusOr<Value> Reduce(Trace& trace, Value losses, Reduction reduction);

}  // namespace moduled::nn
