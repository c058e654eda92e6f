#include "nn/layers/embedding.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/embedding_forward.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// N(0, 1), and zeros in the padding row.
init::Initialiser TableInitialiser(std::optional<int64_t> padding_row) {
  return [padding_row](Tensor& table, Generator& generator) {
    init::Normal(0, 1)(table, generator);
    const int64_t rows = table.shape()[0];
    if (!padding_row.has_value() || rows == 0) return;
    const size_t bytes = table.byte_size() / static_cast<size_t>(rows);
    std::memset(static_cast<uint8_t*>(table.mutable_data()) + static_cast<size_t>(*padding_row) * bytes, 0, bytes);
  };
}

// The part that both layers share: the table, and what its rows are subject to.
struct Table {
  int64_t num_embeddings;
  int64_t embedding_dim;

  static Table Read(AttributeReader& reader) {
    return {.num_embeddings = reader.Int("num_embeddings", {.min = 0}, 0),
            .embedding_dim = reader.Int("embedding_dim", {.min = 0}, 0)};
  }

  // torch keeps a padding index that counts from the end as what it means.
  void ResolvePadding(AttributeReader& reader, std::optional<int64_t>& padding_idx, absl::string_view error) const {
    if (!padding_idx.has_value()) return;
    if (*padding_idx < -num_embeddings || *padding_idx >= num_embeddings) {
      reader.Fail(std::string(error));
    } else if (*padding_idx < 0) {
      *padding_idx += num_embeddings;
    }
  }

  // What both reprs begin with.
  std::string Text() const { return absl::StrCat(num_embeddings, ", ", embedding_dim); }
};

std::string LimitText(const EmbeddingOptions& options) {
  std::string text;
  if (options.limit.max_norm.has_value()) absl::StrAppend(&text, ", max_norm=", FloatRepr(*options.limit.max_norm));
  if (options.limit.norm_type != 2) absl::StrAppend(&text, ", norm_type=", FloatRepr(options.limit.norm_type));
  if (options.scale_grad_by_freq) absl::StrAppend(&text, ", scale_grad_by_freq=True");
  return text;
}

std::string PaddingText(const EmbeddingOptions& options) {
  return options.padding_idx.has_value() ? absl::StrCat(", padding_idx=", *options.padding_idx) : "";
}

class Embedding final : public UnaryLayer {
 public:
  Embedding(const LayerArguments& arguments, Table table, EmbeddingOptions options)
      : UnaryLayer("Embedding", arguments), table_(table), options_(std::move(options)) {}

  std::string ExtraRepr() const override {
    return absl::StrCat(table_.Text(), PaddingText(options_), LimitText(options_),
                        options_.sparse ? ", sparse=True" : "");
  }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    return Embed(trace, input, InputAndState(trace, input, {"weight"})[1], options_);
  }

 private:
  Table table_;
  EmbeddingOptions options_;
};

class EmbeddingBag final : public Layer {
 public:
  EmbeddingBag(const LayerArguments& arguments, Table table, EmbeddingBagOptions options)
      : Layer("EmbeddingBag", arguments), table_(table), options_(std::move(options)) {}

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override {
    ASSIGN_OR_RETURN(
        const BoundArguments bound,
        BoundArguments::Bind("EmbeddingBag.forward", /*is_method=*/true,
                             {{"input"}, {"offsets", kOptional}, {"per_sample_weights", kOptional}}, arguments));
    ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
    BagTensors tensors{.input = input, .weight = InputAndState(trace, input, {"weight"})[1]};
    if (!bound.IsNone(1)) {
      ASSIGN_OR_RETURN(tensors.offsets, bound.Tensor(1));
    }
    if (!bound.IsNone(2)) {
      ASSIGN_OR_RETURN(tensors.sample_weights, bound.Tensor(2));
    }
    return EmbedBags(trace, tensors, options_);
  }

  std::string ExtraRepr() const override {
    const absl::string_view mode = options_.mode == BagMode::kSum   ? "sum"
                                   : options_.mode == BagMode::kMax ? "max"
                                                                    : "mean";
    return absl::StrCat(table_.Text(), LimitText(options_.embedding), ", mode=", mode, PaddingText(options_.embedding));
  }

 private:
  Table table_;
  EmbeddingBagOptions options_;
};

LayerResult CreateEmbedding(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const Table table = Table::Read(reader);
  EmbeddingOptions options = ReadEmbeddingOptions(reader);
  table.ResolvePadding(reader, options.padding_idx, "Padding_idx must be within num_embeddings");
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<Embedding>(arguments, table, options);
  RETURN_IF_ERROR(layer->AddParameter(arguments.context, "weight", {table.num_embeddings, table.embedding_dim},
                                      TableInitialiser(options.padding_idx)));
  return layer;
}

LayerResult CreateEmbeddingBag(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const Table table = Table::Read(reader);
  EmbeddingBagOptions options = ReadEmbeddingBagOptions(reader);
  table.ResolvePadding(reader, options.embedding.padding_idx, "padding_idx must be within num_embeddings");
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<EmbeddingBag>(arguments, table, options);
  RETURN_IF_ERROR(layer->AddParameter(arguments.context, "weight", {table.num_embeddings, table.embedding_dim},
                                      TableInitialiser(options.embedding.padding_idx)));
  return layer;
}

constexpr LayerInfo kLayers[] = {
    {"Embedding", CreateEmbedding},
    {"EmbeddingBag", CreateEmbeddingBag},
};

}  // namespace

absl::Span<const LayerInfo> EmbeddingLayers() { return kLayers; }

}  // namespace moduled::nn
