// The projections of query, key and value at the beginning of MultiheadAttention.
#pragma once

#include "absl/status/statusor.h"
#include "nn/modules/module.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

struct Qkv {
  Value q;
  Value k;
  Value v;
};

// x W^T + b for each, by the module's in_proj_weight and in_proj_bias, or by q_proj_weight, k_proj_weight and
// v_proj_weight. Where all three are the same value one product makes them all, as in torch.
absl::StatusOr<Qkv> ProjectIn(Trace& trace, const Module& module, int64_t embed_dim, const Qkv& inputs);

}  // namespace moduled::nn
