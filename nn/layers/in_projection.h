// The projections of query, key and value at the beginning of MultiheadAttention.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "nn/modules/module.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

struct Qkv {
  Value q;
  Value k;
  Value v;
};

// x W^T + b by the module's in_proj_weight and in_proj_bias: one product for all three, side by side in the last axis,
// as in torch. Only where they are the same value and there is such a weight.
absl::StatusOr<std::optional<Value>> ProjectTogether(Trace& trace, const Module& module, const Qkv& inputs);

// The thirds of its last axis.
absl::StatusOr<Qkv> Thirds(Trace& trace, Value together, int64_t embed_dim);

// A product for each, by the thirds of in_proj_weight or by q_proj_weight, k_proj_weight and v_proj_weight.
absl::StatusOr<Qkv> ProjectApart(Trace& trace, const Module& module, int64_t embed_dim, const Qkv& inputs);

}  // namespace moduled::nn
