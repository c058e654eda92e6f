#include "nn/layers/distance.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/distance_forward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using DistanceFormula = std::function<absl::StatusOr<Value>(Trace& trace, Value x1, Value x2)>;

class DistanceLayer final : public Layer {
 public:
  DistanceLayer(absl::string_view type, const LayerArguments& arguments, DistanceFormula formula)
      : Layer(type, arguments), formula_(std::move(formula)) {}

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override {
    ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(absl::StrCat(type(), ".forward"),
                                                                      /*is_method=*/true, {{"x1"}, {"x2"}}, arguments));
    ASSIGN_OR_RETURN(const Value x1, bound.Tensor(0));
    ASSIGN_OR_RETURN(const Value x2, bound.Tensor(1));
    return formula_(trace, x1, x2);
  }

 private:
  DistanceFormula formula_;
};

LayerResult CreateCosineSimilarity(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const CosineSimilarityOptions options = ReadCosineSimilarityOptions(reader);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<DistanceLayer>("CosineSimilarity", arguments, [options](Trace& trace, Value x1, Value x2) {
    return CosineSimilarity(trace, x1, x2, options);
  });
}

constexpr LayerInfo kLayers[] = {
    {"CosineSimilarity", CreateCosineSimilarity},
    {"PairwiseDistance", CreatePairwiseDistance},
};

}  // namespace

LayerResult CreatePairwiseDistance(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const PairwiseDistanceOptions options = ReadPairwiseDistanceOptions(reader);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<DistanceLayer>("PairwiseDistance", arguments, [options](Trace& trace, Value x1, Value x2) {
    return PairwiseDistance(trace, x1, x2, options);
  });
}

absl::Span<const LayerInfo> DistanceLayers() { return kLayers; }

}  // namespace moduled::nn
