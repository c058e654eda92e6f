#include "nn/layers/attention_call.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/modules/argument_binder.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status Unsuited(absl::string_view condition, absl::string_view argument, absl::string_view expected, size_t got) {
  return absl::InvalidArgumentError(absl::StrCat("For ", condition, " `query`, expected `", argument, "` to be `None`",
                                                 expected, " but found ", got, "-D tensor instead"));
}

absl::Status ReadMasks(const BoundArguments& bound, AttentionCall& call) {
  if (!bound.IsNone(3)) {
    ASSIGN_OR_RETURN(call.key_padding_mask, bound.Tensor(3));
  }
  ASSIGN_OR_RETURN(call.need_weights, bound.Bool(4, true));
  if (!bound.IsNone(5)) {
    ASSIGN_OR_RETURN(call.attn_mask, bound.Tensor(5));
  }
  ASSIGN_OR_RETURN(call.average_attn_weights, bound.Bool(6, true));
  ASSIGN_OR_RETURN(const bool is_causal, bound.Bool(7, false));
  if (!is_causal || call.attn_mask.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError("Need attn_mask if specifying the is_causal hint.");
}

absl::Status CheckRanks(const Trace& trace, const AttentionCall& call) {
  const auto rank = [&](Value value) { return trace.spec(value).shape.rank(); };
  const size_t query = rank(call.qkv.q);
  if (query != 2 && query != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("query should be unbatched 2D or batched 3D tensor but received ", query, "-D query tensor"));
  }
  const std::string condition = query == 3 ? "batched (3-D)" : "unbatched (2-D)";
  if (rank(call.qkv.k) != query || rank(call.qkv.v) != query) {
    return absl::InvalidArgumentError(absl::StrCat("For ", condition, " `query`, expected `key` and `value` to be ",
                                                   query, "-D but found ", rank(call.qkv.k), "-D and ",
                                                   rank(call.qkv.v), "-D tensors respectively"));
  }
  if (call.key_padding_mask.has_value() && rank(*call.key_padding_mask) != query - 1) {
    return Unsuited(condition, "key_padding_mask", absl::StrCat(" or ", query - 1, "-D"), rank(*call.key_padding_mask));
  }
  if (call.attn_mask.has_value() && rank(*call.attn_mask) != 2 && rank(*call.attn_mask) != 3) {
    return Unsuited(condition, "attn_mask", ", 2-D or 3-D", rank(*call.attn_mask));
  }
  return absl::OkStatus();
}

// As torch arranges them before it checks them: [L, N, E].
Shape SequenceFirst(const Trace& trace, const AttentionCall& call, Value x) {
  Shape shape = trace.spec(x).shape;
  if (call.batch_first()) std::swap(shape[0], shape[1]);
  return shape;
}

absl::Status CheckExtents(const Trace& trace, const AttentionCall& call, const MultiheadOptions& options) {
  const Shape query = SequenceFirst(trace, call, call.qkv.q);
  const Shape key = SequenceFirst(trace, call, call.qkv.k);
  const Shape value = SequenceFirst(trace, call, call.qkv.v);
  if (query[2] != options.embed_dim) {
    return absl::InvalidArgumentError(
        absl::StrCat("was expecting embedding dimension of ", options.embed_dim, ", but got ", query[2]));
  }
  if (options.same_dims() ? key != value : key[0] != value[0] || key[1] != value[1]) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.same_dims() ? "key shape " : "key's sequence and batch dims ", key.ToString(),
        options.same_dims() ? " does not match value shape " : " do not match value's ", value.ToString()));
  }
  if (key[1] == query[1]) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("key and query must have the same batch size (got ", key[1], " and ", query[1], ")"));
}

// [L, E] as [L, 1, E], and the mask of one sequence as that of a batch.
absl::Status AddBatch(Trace& trace, AttentionCall& call) {
  const Qkv given = call.qkv;
  const auto add = [&](Value x) -> absl::StatusOr<Value> {
    const Shape shape = trace.spec(x).shape;
    return ReshapeTo(trace, x, {shape[0], 1, shape[1]});
  };
  ASSIGN_OR_RETURN(call.qkv.q, add(given.q));
  call.qkv.k = call.qkv.q;  // Where two are the same they stay so: one projection serves both.
  if (given.k != given.q) {
    ASSIGN_OR_RETURN(call.qkv.k, add(given.k));
  }
  call.qkv.v = given.v == given.q ? call.qkv.q : call.qkv.k;
  if (given.v != given.k && given.v != given.q) {
    ASSIGN_OR_RETURN(call.qkv.v, add(given.v));
  }
  if (!call.key_padding_mask.has_value()) return absl::OkStatus();
  const Shape shape = trace.spec(*call.key_padding_mask).shape;
  ASSIGN_OR_RETURN(call.key_padding_mask, ReshapeTo(trace, *call.key_padding_mask, {1, shape[0]}));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AttentionCall> ReadAttentionCall(Trace& trace, const Arguments& arguments,
                                                const MultiheadOptions& options) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("MultiheadAttention.forward", /*is_method=*/true,
                                                                    {{"query"},
                                                                     {"key"},
                                                                     {"value"},
                                                                     {"key_padding_mask", kOptional},
                                                                     {"need_weights", kOptional},
                                                                     {"attn_mask", kOptional},
                                                                     {"average_attn_weights", kOptional},
                                                                     {"is_causal", kOptional}},
                                                                    arguments));
  AttentionCall call;
  ASSIGN_OR_RETURN(call.qkv.q, bound.Tensor(0));
  ASSIGN_OR_RETURN(call.qkv.k, bound.Tensor(1));
  ASSIGN_OR_RETURN(call.qkv.v, bound.Tensor(2));
  RETURN_IF_ERROR(ReadMasks(bound, call));
  RETURN_IF_ERROR(CheckRanks(trace, call));
  call.batched = trace.spec(call.qkv.q).shape.rank() == 3;
  if (!call.batched) {
    RETURN_IF_ERROR(AddBatch(trace, call));
  } else if (options.batch_first) {
    call.layout = HeadLayout::kBatchFirst;
  }
  RETURN_IF_ERROR(CheckExtents(trace, call, options));
  const Shape query = SequenceFirst(trace, call, call.qkv.q);
  call.extents = {.bsz = query[1],
                  .num_heads = options.num_heads,
                  .tgt_len = query[0],
                  .src_len = SequenceFirst(trace, call, call.qkv.k)[0]};
  return call;
}

}  // namespace moduled::nn
