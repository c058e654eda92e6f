#include "nn/layers/attention_mask.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/formula.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

std::string SizeText(const Shape& shape) {
  std::string text = "torch.Size([";
  for (size_t i = 0; i < shape.rank(); ++i) absl::StrAppend(&text, i == 0 ? "" : ", ", shape[i]);
  return absl::StrCat(text, "])");
}

// As something that broadcasts to [N, heads, L, S].
absl::StatusOr<Value> ReadAttnMask(Trace& trace, Value mask, const AttentionExtents& extents) {
  const TensorSpec spec = trace.spec(mask);
  if (spec.dtype == DType::kUInt8) {
    ASSIGN_OR_RETURN(mask, CastTo(trace, mask, DType::kBool));
  } else if (spec.dtype != DType::kBool && !IsFloatingPoint(spec.dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Only float, byte, and bool types are supported for attn_mask, not torch.", Name(spec.dtype)));
  }
  const Shape shape = spec.shape;
  const bool shared = shape.rank() == 2;
  if (!shared && shape.rank() != 3) {
    return absl::InvalidArgumentError(absl::StrCat("attn_mask's dimension ", shape.rank(), " is not supported"));
  }
  const Shape want = shared ? Shape{extents.tgt_len, extents.src_len}
                            : Shape{extents.bsz * extents.num_heads, extents.tgt_len, extents.src_len};
  if (shape != want) {
    return absl::InvalidArgumentError(absl::StrCat("The shape of the ", shared ? 2 : 3, "D attn_mask is ",
                                                   SizeText(shape), ", but should be ", TupleRepr(want.extents()),
                                                   "."));
  }
  if (shared) return mask;
  return ReshapeTo(trace, mask, {extents.bsz, extents.num_heads, extents.tgt_len, extents.src_len});
}

absl::StatusOr<Value> ReadPaddingMask(Trace& trace, Value mask, const AttentionExtents& extents) {
  const TensorSpec spec = trace.spec(mask);
  if (spec.dtype != DType::kBool && !IsFloatingPoint(spec.dtype)) {
    return absl::InvalidArgumentError("only bool and floating types of key_padding_mask are supported");
  }
  const Shape want{extents.bsz, extents.src_len};
  if (spec.shape != want) {
    return absl::InvalidArgumentError(absl::StrCat("expecting key_padding_mask shape of ", TupleRepr(want.extents()),
                                                   ", but got ", SizeText(spec.shape)));
  }
  return ReshapeTo(trace, mask, {extents.bsz, 1, 1, extents.src_len});
}

}  // namespace

absl::StatusOr<Value> AsAddedMask(Trace& trace, Value mask, DType dtype) {
  if (trace.spec(mask).dtype != DType::kBool) return CastTo(trace, mask, dtype);
  Formula f(trace);
  ASSIGN_OR_RETURN(Tensor zero, Tensor::Zeros({dtype, {}}));
  return f.Result(f.Where(mask, -std::numeric_limits<double>::infinity(), trace.Constant(std::move(zero))));
}

absl::StatusOr<std::optional<Value>> MergeMasks(Trace& trace, std::optional<Value> attn_mask,
                                                std::optional<Value> key_padding_mask, const AttentionExtents& extents,
                                                DType dtype) {
  std::optional<Value> merged;
  if (attn_mask.has_value()) {
    ASSIGN_OR_RETURN(const Value mask, ReadAttnMask(trace, *attn_mask, extents));
    ASSIGN_OR_RETURN(merged, AsAddedMask(trace, mask, dtype));
  }
  if (!key_padding_mask.has_value()) return merged;
  ASSIGN_OR_RETURN(const Value mask, ReadPaddingMask(trace, *key_padding_mask, extents));
  ASSIGN_OR_RETURN(const Value added, AsAddedMask(trace, mask, dtype));
  if (!merged.has_value()) return std::optional<Value>(added);
  Formula f(trace);
  ASSIGN_OR_RETURN(merged, f.Result(f.Add(*merged, added)));
  return merged;
}

}  // namespace moduled::nn
