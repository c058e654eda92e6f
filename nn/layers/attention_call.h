// How torch.nn.MultiheadAttention is called: its arguments, checked in its words.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "nn/layers/attention_mask.h"
#include "nn/layers/in_projection.h"
#include "nn/modules/trace.h"
#include "nn/ops/attention.h"

namespace moduled::nn {

struct MultiheadOptions {
  int64_t embed_dim = 0;
  int64_t num_heads = 0;
  double dropout = 0;
  bool bias = true;
  bool add_bias_kv = false;
  bool add_zero_attn = false;
  int64_t kdim = 0;
  int64_t vdim = 0;
  bool batch_first = false;

  bool same_dims() const { return kdim == embed_dim && vdim == embed_dim; }
};

// Tensors [L, N, *] and [S, N, *], or [N, L, *] and [N, S, *] in a layout that says so, and masks.
struct AttentionCall {
  Qkv qkv;
  HeadLayout layout = HeadLayout::kSequenceFirst;
  std::optional<Value> key_padding_mask;
  std::optional<Value> attn_mask;
  bool batched = true;
  bool need_weights = true;
  bool average_attn_weights = true;
  AttentionExtents extents;

  bool batch_first() const { return layout == HeadLayout::kBatchFirst; }
};

// Reads and checks the arguments of forward. Tensors stay where they are: those without a batch get one of 1.
absl::StatusOr<AttentionCall> ReadAttentionCall(Trace& trace, const Arguments& arguments,
                                                const MultiheadOptions& options);

}  // namespace moduled::nn
