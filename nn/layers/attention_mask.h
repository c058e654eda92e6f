// The masks of attention: which positions may look at which.
//
// A mask of bools forbids where it is True, a mask of floats is added to the scores.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// Extents of one call of attention, as torch names them.
struct AttentionExtents {
  int64_t bsz = 1;
  int64_t num_heads = 1;
  int64_t tgt_len = 0;
  int64_t src_len = 0;
};

// A mask of bools as one that is added: -inf where it forbids, else 0. Floats of another type are cast.
absl::StatusOr<Value> AsAddedMask(Trace& trace, Value mask, DType dtype);

// Masks of torch.nn.MultiheadAttention, checked in its words, as one that is added to scores [N, heads, L, S]; none
// where both are None. `attn_mask` is [L, S] or [N heads, L, S], `key_padding_mask` [N, S].
absl::StatusOr<std::optional<Value>> MergeMasks(Trace& trace, std::optional<Value> attn_mask,
                                                std::optional<Value> key_padding_mask, const AttentionExtents& extents,
                                                DType dtype);

}  // namespace moduled::nn
