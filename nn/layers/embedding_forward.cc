#include "nn/layers/embedding_forward.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/ops/embedding.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// From an index that may count from the end; -1 for none. `error` if it is no row.
absl::StatusOr<int64_t> PaddingRow(const std::optional<int64_t>& padding_idx, int64_t rows, std::string error) {
  if (!padding_idx.has_value()) return -1;
  if (*padding_idx < -rows || *padding_idx >= rows) return absl::InvalidArgumentError(error);
  return *padding_idx < 0 ? *padding_idx + rows : *padding_idx;
}

BagMode ReadMode(AttributeReader& reader) {
  const std::string mode = reader.String("mode", "mean");
  if (mode == "sum") return BagMode::kSum;
  if (mode == "max") return BagMode::kMax;
  if (mode != "mean") reader.Fail("mode has to be one of sum, mean or max");
  return BagMode::kMean;
}

absl::string_view NameOf(BagMode mode) {
  return mode == BagMode::kSum ? "sum" : mode == BagMode::kMax ? "max" : "mean";
}

// Indices and offsets, [n] each.
struct FlatBags {
  Value indices;
  Value offsets;
};

// Each row of a matrix of indices is a bag.
absl::StatusOr<FlatBags> RowsAsBags(Trace& trace, const BagTensors& tensors, bool include_last_offset) {
  if (tensors.offsets.has_value()) {
    return absl::InvalidArgumentError(
        "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. "
        "However, found offsets of type <class 'torch.Tensor'>");
  }
  const Shape shape = trace.spec(tensors.input).shape;
  if (shape[1] == 0) return absl::InvalidArgumentError("step must be nonzero");
  ASSIGN_OR_RETURN(Tensor offsets, Tensor::Allocate({DType::kInt64, {shape[0] + (include_last_offset ? 1 : 0)}}));
  int64_t next = 0;
  for (int64_t& offset : offsets.mutable_elements<int64_t>()) {
    offset = next;
    next += shape[1];
  }
  ASSIGN_OR_RETURN(const Value indices, ReshapeTo(trace, tensors.input, {shape.numel()}));
  return FlatBags{indices, trace.Constant(std::move(offsets))};
}

absl::StatusOr<FlatBags> Flatten(Trace& trace, const BagTensors& tensors, bool include_last_offset) {
  const TensorSpec input = trace.spec(tensors.input);
  RETURN_IF_ERROR(CheckIndexType("embedding_bag", input));
  if (input.shape.rank() == 2) return RowsAsBags(trace, tensors, include_last_offset);
  if (input.shape.rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("input has to be 1D or 2D Tensor, but got Tensor of dimension ", input.shape.rank()));
  }
  if (!tensors.offsets.has_value()) {
    return absl::InvalidArgumentError("offsets has to be a 1D Tensor but got None");
  }
  if (trace.spec(*tensors.offsets).shape.rank() != 1) {
    return absl::InvalidArgumentError("offsets has to be a 1D Tensor");
  }
  RETURN_IF_ERROR(CheckIndexType("embedding_bag", trace.spec(*tensors.offsets)));
  return FlatBags{tensors.input, *tensors.offsets};
}

absl::Status CheckSampleWeights(const Trace& trace, const BagTensors& tensors, BagMode mode) {
  const Shape &input = trace.spec(tensors.input).shape, &weights = trace.spec(*tensors.sample_weights).shape;
  if (!(weights == input)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "embedding_bag: If per_sample_weights (torch.Size(", weights.ToString(),
        ")) is not None, then it must have the same shape as the input (torch.Size(", input.ToString(), "))"));
  }
  if (mode == BagMode::kSum) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for "
                   "mode='sum' (got mode='",
                   NameOf(mode), "')."));
}

}  // namespace

EmbeddingOptions ReadEmbeddingOptions(AttributeReader& reader) {
  EmbeddingOptions options;
  options.padding_idx = reader.OptionalInt("padding_idx", kAnyInt);
  const double max_norm = reader.Float("max_norm", 0);
  if (reader.Has("max_norm")) options.limit.max_norm = max_norm;
  options.limit.norm_type = reader.Float("norm_type", 2);
  options.scale_grad_by_freq = reader.Bool("scale_grad_by_freq", false);
  options.sparse = reader.Bool("sparse", false);
  return options;
}

absl::StatusOr<Value> Embed(Trace& trace, Value input, Value weight, const EmbeddingOptions& options) {
  RETURN_IF_ERROR(CheckTable(trace.spec(weight)));
  ASSIGN_OR_RETURN(const int64_t padding_row, PaddingRow(options.padding_idx, trace.spec(weight).shape[0],
                                                         "Padding_idx must be within num_embeddings"));
  return trace.Apply<EmbeddingOp>(
      {.limit = options.limit,
       .gradient = {.padding_idx = padding_row, .scale_grad_by_freq = options.scale_grad_by_freq}},
      {weight, input});
}

EmbeddingBagOptions ReadEmbeddingBagOptions(AttributeReader& reader) {
  EmbeddingBagOptions options{.embedding = ReadEmbeddingOptions(reader),
                              .mode = ReadMode(reader),
                              .include_last_offset = reader.Bool("include_last_offset", false)};
  if (options.mode != BagMode::kMax) return options;
  if (options.embedding.scale_grad_by_freq) {
    reader.Fail("max mode does not support scaling the gradient by the frequency");
  }
  if (options.embedding.sparse) reader.Fail("max mode does not support sparse weights");
  return options;
}

absl::StatusOr<Value> EmbedBags(Trace& trace, const BagTensors& tensors, const EmbeddingBagOptions& options) {
  RETURN_IF_ERROR(CheckTable(trace.spec(tensors.weight)));
  if (tensors.sample_weights.has_value()) RETURN_IF_ERROR(CheckSampleWeights(trace, tensors, options.mode));
  ASSIGN_OR_RETURN(const FlatBags bags, Flatten(trace, tensors, options.include_last_offset));
  const EmbeddingOptions& embedding = options.embedding;
  const int64_t rows = trace.spec(tensors.weight).shape[0];
  ASSIGN_OR_RETURN(const int64_t padding_row,
                   PaddingRow(embedding.padding_idx, rows,
                              absl::StrCat("padding_idx must be within the number of embeddings, ", -rows, " through ",
                                           rows - 1, ", but got ", embedding.padding_idx.value_or(0))));
  ASSIGN_OR_RETURN(const Value indices, CastTo(trace, bags.indices, DType::kInt64));
  ASSIGN_OR_RETURN(const Value offsets, CastTo(trace, bags.offsets, DType::kInt64));
  std::vector<Value> in = {tensors.weight, indices, offsets};
  if (tensors.sample_weights.has_value()) {
    ASSIGN_OR_RETURN(const Value flat,
                     ReshapeTo(trace, *tensors.sample_weights, {trace.spec(*tensors.sample_weights).numel()}));
    in.push_back(flat);
  }
  const Op op = Op::Of<EmbeddingBagOp>(
      {.mode = options.mode,
       .include_last_offset = options.include_last_offset,
       .weighted = tensors.sample_weights.has_value(),
       .limit = embedding.limit,
       .gradient = {.padding_idx = padding_row, .scale_grad_by_freq = embedding.scale_grad_by_freq}});
  ASSIGN_OR_RETURN(const std::vector<Value> out, trace.Apply(op, in));
  return out.front();
}

}  // namespace moduled::nn
