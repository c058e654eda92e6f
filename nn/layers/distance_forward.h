// What the distances of torch.nn, their functions and some losses compute.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "nn/layers/attribute_reader.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// |x1 - x2 + eps|, the p-norm, along the last axis of what both broadcast to.
struct PairwiseDistanceOptions {
  double p = 2;
  double eps = 1e-6;
  bool keepdim = false;
};
PairwiseDistanceOptions ReadPairwiseDistanceOptions(AttributeReader& reader);
absl::StatusOr<Value> PairwiseDistance(Trace& trace, Value x1, Value x2, const PairwiseDistanceOptions& options);

// x1 x2 / (max(|x1|, eps) max(|x2|, eps)) along an axis, which may be negative, of what both broadcast to.
struct CosineSimilarityOptions {
  int64_t dim = 1;
  double eps = 1e-8;
};
CosineSimilarityOptions ReadCosineSimilarityOptions(AttributeReader& reader);
absl::StatusOr<Value> CosineSimilarity(Trace& trace, Value x1, Value x2, const CosineSimilarityOptions& options);

}  // namespace moduled::nn
