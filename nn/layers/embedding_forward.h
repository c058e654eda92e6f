// What embedding layers and their functions compute.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "nn/layers/attribute_reader.h"
#include "nn/modules/trace.h"
#include "nn/ops/embedding_bag.h"

namespace moduled::nn {

// What both have in common. `sparse` says in torch how the gradient is kept; here gradients are dense.
struct EmbeddingOptions {
  std::optional<int64_t> padding_idx;
  MaxNorm limit;
  bool scale_grad_by_freq = false;
  bool sparse = false;
};

EmbeddingOptions ReadEmbeddingOptions(AttributeReader& reader);

// The rows of `weight` at the indices of `input`.
absl::StatusOr<Value> Embed(Trace& trace, Value input, Value weight, const EmbeddingOptions& options);

struct EmbeddingBagOptions {
  EmbeddingOptions embedding;
  BagMode mode = BagMode::kMean;
  bool include_last_offset = false;
};

// With torch's errors for modes that do not go together.
EmbeddingBagOptions ReadEmbeddingBagOptions(AttributeReader& reader);

// The bags of `weight`'s rows. `offsets` and `sample_weights` are absent where they are None.
struct BagTensors {
  Value input;
  Value weight;
  std::optional<Value> offsets = {};
  std::optional<Value> sample_weights = {};
};
absl::StatusOr<Value> EmbedBags(Trace& trace, const BagTensors& tensors, const EmbeddingBagOptions& options);

}  // namespace moduled::nn
