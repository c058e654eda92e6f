#include "nn/layers/losses/triplet.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/distance.h"
#include "nn/layers/distance_forward.h"
#include "nn/layers/formula.h"
#include "nn/layers/losses/loss.h"
#include "nn/layers/losses/reduction.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr absl::string_view kInputs[] = {"anchor", "positive", "negative"};

struct TripletOptions {
  double margin;
  bool swap;
  Reduction reduction;
};

TripletOptions ReadTripletOptions(AttributeReader& reader) {
  return {.margin = reader.Float("margin", 1), .swap = reader.Bool("swap", false), .reduction = ReadReduction(reader)};
}

// max(0, margin + d(anchor, positive) - d(anchor, negative)), or less with `swap`: d(positive, negative) counts where
// it is less. `distance` is called as (Value, Value) -> absl::StatusOr<Value>.
template <class Distance>
absl::StatusOr<Value> Triplet(Trace& trace, const LossTensors& tensors, const TripletOptions& options,
                              Distance distance) {
  const Value anchor = *tensors[0], positive = *tensors[1], negative = *tensors[2];
  Formula f(trace);
  const Value near = f.Keep(distance(anchor, positive));
  Value far = f.Keep(distance(anchor, negative));
  if (options.swap) far = f.Minimum(far, f.Keep(distance(positive, negative)));
  ASSIGN_OR_RETURN(const Value losses, f.Result(f.ClampMin(f.Sub(f.Add(near, options.margin), far), 0)));
  return Reduce(trace, losses, options.reduction);
}

absl::Status CheckRanks(const Shape& anchor, const Shape& positive, const Shape& negative) {
  if (anchor.rank() == positive.rank() && anchor.rank() == negative.rank()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("All inputs should have same dimension but got ", anchor.rank(), "D, ",
                                                 positive.rank(), "D and ", negative.rank(), "D inputs."));
}

LossFormula ReadTripletMargin(AttributeReader& reader) {
  const TripletOptions options = ReadTripletOptions(reader);
  const PairwiseDistanceOptions distance{.p = reader.Float("p", 2), .eps = reader.Float("eps", 1e-6)};
  return [=](Trace& trace, const LossTensors& tensors) -> absl::StatusOr<Value> {
    RETURN_IF_ERROR(
        CheckRanks(trace.spec(*tensors[0]).shape, trace.spec(*tensors[1]).shape, trace.spec(*tensors[2]).shape));
    return Triplet(trace, tensors, options, [&](Value a, Value b) { return PairwiseDistance(trace, a, b, distance); });
  };
}

LossFormula ReadTripletMarginWithDistance(AttributeReader& reader) {
  const TripletOptions options = ReadTripletOptions(reader);
  return [options](Trace& trace, const LossTensors& tensors) {
    return Triplet(trace, tensors, options, [&](Value a, Value b) { return PairwiseDistance(trace, a, b, {}); });
  };
}

// The layer has its distance for a child, so that hooks see it: torch's default is a PairwiseDistance.
class TripletMarginWithDistanceLoss final : public Layer {
 public:
  TripletMarginWithDistanceLoss(const LayerArguments& arguments, TripletOptions options)
      : Layer("TripletMarginWithDistanceLoss", arguments), options_(options) {}

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override {
    ASSIGN_OR_RETURN(const BoundArguments bound,
                     BoundArguments::Bind(absl::StrCat(type(), ".forward"), /*is_method=*/true,
                                          {{"anchor"}, {"positive"}, {"negative"}}, arguments));
    LossTensors tensors;
    for (size_t i = 0; i < 3; ++i) {
      ASSIGN_OR_RETURN(const Value tensor, bound.Tensor(i));
      tensors.emplace_back(tensor);
    }
    const Module& child = **children_slots().Find(kChild);
    return Triplet(trace, tensors, options_, [&](Value a, Value b) -> absl::StatusOr<Value> {
      ASSIGN_OR_RETURN(const Symbol distance, trace.Call(kChild, child, {{Symbol(a), Symbol(b)}, {}}));
      const Value* value = distance.As<Value>();
      if (value == nullptr) return absl::InvalidArgumentError("the distance function must return a tensor");
      return *value;
    });
  }

  static constexpr absl::string_view kChild = "distance_function";

 private:
  TripletOptions options_;
};

LayerResult CreateTripletMarginWithDistance(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const auto layer = std::make_shared<TripletMarginWithDistanceLoss>(arguments, ReadTripletOptions(reader));
  RETURN_IF_ERROR(reader.Finish());
  const Attributes defaults;
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> distance, CreatePairwiseDistance({defaults, arguments.context}));
  RETURN_IF_ERROR(layer->RegisterModule(std::string(TripletMarginWithDistanceLoss::kChild), std::move(distance)));
  return layer;
}

constexpr absl::string_view kTripletOptions[] = {"margin", "p", "eps", "swap", "size_average", "reduce", "reduction"};
constexpr absl::string_view kWithDistanceOptions[] = {"margin", "swap", "reduction"};

constexpr Loss kTripletMargin{.layer = "TripletMarginLoss",
                              .function = "triplet_margin_loss",
                              .inputs = kInputs,
                              .options = kTripletOptions,
                              .read = ReadTripletMargin};
constexpr Loss kTripletMarginWithDistance{.layer = "TripletMarginWithDistanceLoss",
                                          .function = "triplet_margin_with_distance_loss",
                                          .inputs = kInputs,
                                          .options = kWithDistanceOptions,
                                          .read = ReadTripletMarginWithDistance,
                                          .options_by_keyword_only = true};

constexpr LayerInfo kLayers[] = {
    LossLayerInfo<kTripletMargin>(),
    {kTripletMarginWithDistance.layer, CreateTripletMarginWithDistance},
};
constexpr Function kFunctions[] = {
    LossFunctionInfo<kTripletMargin>(),
    LossFunctionInfo<kTripletMarginWithDistance>(),
};

}  // namespace

absl::Span<const LayerInfo> TripletLossLayers() { return kLayers; }
absl::Span<const Function> TripletLossFunctions() { return kFunctions; }

}  // namespace moduled::nn
