#include "proto/contract/codec/transform_codec.h"

#include <type_traits>
#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/optional_field.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

SliceStep DecodeSlice(const v1::SliceStep& message) {
  SliceStep slice;
  slice.dims.reserve(message.dims_size());
  for (const v1::DimRange& range : message.dims()) {
    slice.dims.push_back({.start = Optional(range.has_start(), range.start()),
                          .stop = Optional(range.has_stop(), range.stop()),
                          .step = Optional(range.has_step(), range.step())});
  }
  return slice;
}

void EncodeSlice(const SliceStep& slice, v1::SliceStep& message) {
  for (const SliceStep::Range& range : slice.dims) {
    v1::DimRange& dim = *message.add_dims();
    if (range.start.has_value()) dim.set_start(*range.start);
    if (range.stop.has_value()) dim.set_stop(*range.stop);
    if (range.step.has_value()) dim.set_step(*range.step);
  }
}

absl::StatusOr<ReduceStep::Op> DecodeOp(v1::ReduceStep::Op op, const Field& field) {
  if (op == v1::ReduceStep::OP_UNSPECIFIED) return field.Invalid("not set (want MEAN, SUM, MAX, ...)");
  if (!v1::ReduceStep::Op_IsValid(op)) {
    return field.Invalid(absl::StrCat("unknown operation (got ", static_cast<int>(op), ")"));
  }
  return static_cast<ReduceStep::Op>(op - v1::ReduceStep::MEAN);
}

v1::ReduceStep::Op EncodeOp(ReduceStep::Op op) {
  return static_cast<v1::ReduceStep::Op>(static_cast<int>(op) + v1::ReduceStep::MEAN);
}

// Both lists of operations are in the same order.
static_assert(static_cast<int>(ReduceStep::Op::kMean) == 0);
static_assert(static_cast<int>(ReduceStep::Op::kHistogram) == v1::ReduceStep::HISTOGRAM - v1::ReduceStep::MEAN);

absl::StatusOr<ReduceStep> DecodeReduce(const v1::ReduceStep& message, const Field& field) {
  ReduceStep reduce;
  ASSIGN_OR_RETURN(reduce.op, DecodeOp(message.op(), Field(field, "op")));
  reduce.dims.assign(message.dims().begin(), message.dims().end());
  reduce.keepdim = message.keepdim();
  reduce.k = message.k();
  reduce.bins = message.bins();
  reduce.min = Optional(message.has_min(), message.min());
  reduce.max = Optional(message.has_max(), message.max());
  return reduce;
}

void EncodeReduce(const ReduceStep& reduce, v1::ReduceStep& message) {
  message.set_op(EncodeOp(reduce.op));
  message.mutable_dims()->Assign(reduce.dims.begin(), reduce.dims.end());
  message.set_keepdim(reduce.keepdim);
  message.set_k(reduce.k);
  message.set_bins(reduce.bins);
  if (reduce.min.has_value()) message.set_min(*reduce.min);
  if (reduce.max.has_value()) message.set_max(*reduce.max);
}

absl::StatusOr<TransformStep> DecodeStep(const v1::TransformStep& message, const Field& field) {
  switch (message.step_case()) {
    case v1::TransformStep::kSlice:
      return DecodeSlice(message.slice());
    case v1::TransformStep::kReduce:
      return DecodeReduce(message.reduce(), Field(field, "reduce"));
    case v1::TransformStep::kCast: {
      ASSIGN_OR_RETURN(const nn::DType dtype, DecodeDType(message.cast().dtype(), Field(field, "cast.dtype")));
      return CastStep{dtype};
    }
    case v1::TransformStep::STEP_NOT_SET:
      break;
  }
  return field.Invalid("not set (want slice, reduce or cast)");
}

void EncodeStep(const TransformStep& step, v1::TransformStep& message) {
  if (const auto* slice = std::get_if<SliceStep>(&step)) EncodeSlice(*slice, *message.mutable_slice());
  if (const auto* reduce = std::get_if<ReduceStep>(&step)) EncodeReduce(*reduce, *message.mutable_reduce());
  if (const auto* cast = std::get_if<CastStep>(&step)) message.mutable_cast()->set_dtype(EncodeDType(cast->dtype));
}

}  // namespace

absl::StatusOr<std::vector<TransformStep>> DecodeTransform(
    const google::protobuf::RepeatedPtrField<v1::TransformStep>& messages, const Field& field) {
  if (messages.size() > kMaxTransformSteps) {
    return Field(field, "transform")
        .Invalid(absl::StrCat("too many steps (got ", messages.size(), ", want at most ", kMaxTransformSteps, ")"));
  }
  std::vector<TransformStep> steps;
  steps.reserve(messages.size());
  for (int i = 0; i < messages.size(); ++i) {
    ASSIGN_OR_RETURN(TransformStep step, DecodeStep(messages[i], Field(field, "transform", i)));
    steps.push_back(std::move(step));
  }
  return steps;
}

void EncodeTransform(const std::vector<TransformStep>& steps,
                     google::protobuf::RepeatedPtrField<v1::TransformStep>& messages) {
  for (const TransformStep& step : steps) EncodeStep(step, *messages.Add());
}

}  // namespace moduled::contract
