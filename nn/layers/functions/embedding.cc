#include "nn/layers/functions/embedding.h"

#include <vector>

#include "nn/layers/call_attributes.h"
#include "nn/layers/embedding_forward.h"
#include "nn/ops/one_hot.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

std::vector<FormalArgument> Formals(std::initializer_list<FormalArgument> required,
                                    absl::Span<const absl::string_view> optional) {
  std::vector<FormalArgument> formals(required);
  for (const absl::string_view name : optional) formals.push_back({name, kOptional});
  return formals;
}

constexpr absl::string_view kEmbeddingOptions[] = {"padding_idx", "max_norm", "norm_type", "scale_grad_by_freq",
                                                   "sparse"};

// embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False)
absl::StatusOr<Symbol> Embedding(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("embedding", /*is_method=*/false,
                                        Formals({{"input"}, {"weight"}}, kEmbeddingOptions), arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value weight, bound.Tensor(1));
  ASSIGN_OR_RETURN(const Attributes attributes, CallAttributes(bound, 2, kEmbeddingOptions));
  AttributeReader reader(attributes);
  const EmbeddingOptions options = ReadEmbeddingOptions(reader);
  RETURN_IF_ERROR(reader.Finish());
  return Embed(trace, input, weight, options);
}

constexpr absl::string_view kBagOptions[] = {"offsets",    "max_norm", "norm_type",          "scale_grad_by_freq",
                                             "mode",       "sparse",   "per_sample_weights", "include_last_offset",
                                             "padding_idx"};
constexpr absl::string_view kBagTensors[] = {"offsets", "per_sample_weights"};
constexpr size_t kOffsets = 2, kSampleWeights = 8;  // Positions among the arguments.

// embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode='mean',
//               sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None)
absl::StatusOr<Symbol> EmbeddingBag(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("embedding_bag", /*is_method=*/false,
                                        Formals({{"input"}, {"weight"}}, kBagOptions), arguments));
  BagTensors tensors;
  ASSIGN_OR_RETURN(tensors.input, bound.Tensor(0));
  ASSIGN_OR_RETURN(tensors.weight, bound.Tensor(1));
  if (!bound.IsNone(kOffsets)) {
    ASSIGN_OR_RETURN(tensors.offsets, bound.Tensor(kOffsets));
  }
  if (!bound.IsNone(kSampleWeights)) {
    ASSIGN_OR_RETURN(tensors.sample_weights, bound.Tensor(kSampleWeights));
  }
  ASSIGN_OR_RETURN(const Attributes attributes, CallAttributes(bound, 2, kBagOptions, kBagTensors));
  AttributeReader reader(attributes);
  const EmbeddingBagOptions options = ReadEmbeddingBagOptions(reader);
  RETURN_IF_ERROR(reader.Finish());
  return EmbedBags(trace, tensors, options);
}

// one_hot(tensor, num_classes=-1)
absl::StatusOr<Symbol> OneHot(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("one_hot", /*is_method=*/false, {{"tensor"}, {"num_classes", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t classes, bound.Int(1, -1));
  if (classes < 0) {
    return absl::InvalidArgumentError(
        "one_hot: num_classes must be given: the shape of a result cannot depend on the values of a tensor");
  }
  return trace.Apply<OneHotOp>({.classes = classes}, {input});
}

constexpr Function kFunctions[] = {
    {"embedding", Embedding},
    {"embedding_bag", EmbeddingBag},
    {"one_hot", OneHot},
};

}  // namespace

absl::Span<const Function> EmbeddingFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
