#include "nn/layers/functions/distance.h"

#include "nn/layers/attribute_reader.h"
#include "nn/layers/call_attributes.h"
#include "nn/layers/distance_forward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

constexpr absl::string_view kCosineOptions[] = {"dim", "eps"};
constexpr absl::string_view kPairwiseOptions[] = {"p", "eps", "keepdim"};

// cosine_similarity(x1, x2, dim=1, eps=1e-08)
absl::StatusOr<Symbol> Cosine(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("cosine_similarity", /*is_method=*/false,
                                        {{"x1"}, {"x2"}, {"dim", kOptional}, {"eps", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value x1, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value x2, bound.Tensor(1));
  ASSIGN_OR_RETURN(const Attributes attributes, CallAttributes(bound, 2, kCosineOptions));
  AttributeReader reader(attributes);
  const CosineSimilarityOptions options = ReadCosineSimilarityOptions(reader);
  RETURN_IF_ERROR(reader.Finish());
  return CosineSimilarity(trace, x1, x2, options);
}

// pairwise_distance(x1, x2, p=2.0, eps=1e-06, keepdim=False)
absl::StatusOr<Symbol> Pairwise(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("pairwise_distance", /*is_method=*/false,
                           {{"x1"}, {"x2"}, {"p", kOptional}, {"eps", kOptional}, {"keepdim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value x1, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value x2, bound.Tensor(1));
  ASSIGN_OR_RETURN(const Attributes attributes, CallAttributes(bound, 2, kPairwiseOptions));
  AttributeReader reader(attributes);
  const PairwiseDistanceOptions options = ReadPairwiseDistanceOptions(reader);
  RETURN_IF_ERROR(reader.Finish());
  return PairwiseDistance(trace, x1, x2, options);
}

constexpr Function kFunctions[] = {
    {"cosine_similarity", Cosine},
    {"pairwise_distance", Pairwise},
};

}  // namespace

absl::Span<const Function> DistanceFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
