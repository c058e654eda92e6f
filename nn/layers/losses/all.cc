#include "nn/layers/losses/all.h"

#include <vector>

#include "nn/layers/losses/binary.h"
#include "nn/layers/losses/class_index.h"
#include "nn/layers/losses/ctc.h"
#include "nn/layers/losses/likelihood.h"
#include "nn/layers/losses/margin.h"
#include "nn/layers/losses/multi_class.h"
#include "nn/layers/losses/pointwise.h"
#include "nn/layers/losses/triplet.h"

namespace moduled::nn {
namespace {

template <class Entry>
std::vector<Entry>* Concatenated(std::initializer_list<absl::Span<const Entry>> families) {
  auto* all = new std::vector<Entry>;
  for (const absl::Span<const Entry> family : families) all->insert(all->end(), family.begin(), family.end());
  return all;
}

}  // namespace

absl::Span<const LayerInfo> LossLayers() {
  static const auto* const layers =
      Concatenated<LayerInfo>({BinaryLossLayers(), ClassIndexLossLayers(), CtcLossLayers(), LikelihoodLossLayers(),
                               MarginLossLayers(), MultiClassLossLayers(), PointwiseLossLayers(), TripletLossLayers()});
  return *layers;
}

absl::Span<const Function> LossFunctions() {
  static const auto* const functions = Concatenated<Function>(
      {BinaryLossFunctions(), ClassIndexLossFunctions(), CtcLossFunctions(), LikelihoodLossFunctions(),
       MarginLossFunctions(), MultiClassLossFunctions(), PointwiseLossFunctions(), TripletLossFunctions()});
  return *functions;
}

}  // namespace moduled::nn
