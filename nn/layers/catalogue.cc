#include "nn/layers/catalogue.h"

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "nn/layers/activation.h"
#include "nn/layers/adaptive_log_softmax.h"
#include "nn/layers/adaptive_pooling.h"
#include "nn/layers/attention.h"
#include "nn/layers/convolution.h"
#include "nn/layers/convolution_transpose.h"
#include "nn/layers/distance.h"
#include "nn/layers/dropout.h"
#include "nn/layers/embedding.h"
#include "nn/layers/fold.h"
#include "nn/layers/functions/activation.h"
#include "nn/layers/functions/adaptive_pooling.h"
#include "nn/layers/functions/arithmetic.h"
#include "nn/layers/functions/arrangement.h"
#include "nn/layers/functions/attention.h"
#include "nn/layers/functions/comparison.h"
#include "nn/layers/functions/convolution.h"
#include "nn/layers/functions/creation.h"
#include "nn/layers/functions/distance.h"
#include "nn/layers/functions/dropout.h"
#include "nn/layers/functions/elementary.h"
#include "nn/layers/functions/embedding.h"
#include "nn/layers/functions/grids.h"
#include "nn/layers/functions/images.h"
#include "nn/layers/functions/indexing.h"
#include "nn/layers/functions/layer_norm.h"
#include "nn/layers/functions/linear.h"
#include "nn/layers/functions/math.h"
#include "nn/layers/functions/normalization.h"
#include "nn/layers/functions/pieces.h"
#include "nn/layers/functions/pooling.h"
#include "nn/layers/functions/products.h"
#include "nn/layers/functions/reduction.h"
#include "nn/layers/functions/selection.h"
#include "nn/layers/functions/shape.h"
#include "nn/layers/functions/tensor_activation.h"
#include "nn/layers/functions/torchvision.h"
#include "nn/layers/functions/views.h"
#include "nn/layers/linear.h"
#include "nn/layers/losses/all.h"
#include "nn/layers/near_names.h"
#include "nn/layers/normalization.h"
#include "nn/layers/padding.h"
#include "nn/layers/pooling.h"
#include "nn/layers/recurrent.h"
#include "nn/layers/recurrent_cell.h"
#include "nn/layers/shape.h"
#include "nn/layers/transformer.h"
#include "nn/layers/unpooling.h"
#include "nn/layers/upsampling.h"
#include "nn/layers/vision.h"

namespace moduled::nn {
namespace {

// The files that list layers and functions: a new layer joins its category's list, a new category joins here.
constexpr absl::Span<const LayerInfo> (*kLayerFamilies[])() = {
    ActivationLayers,
    TensorActivationLayers,
    AdaptiveLogSoftmaxLayers,
    AdaptivePoolingLayers,
    AttentionLayers,
    ConvolutionLayers,
    ConvolutionTransposeLayers,
    DistanceLayers,
    DropoutLayers,
    EmbeddingLayers,
    FoldLayers,
    BilinearLayers,
    LinearLayers,
    LossLayers,
    NormalizationLayers,
    ChannelNormLayers,
    PaddingLayers,
    PoolingLayers,
    RecurrentCellLayers,
    RecurrentLayers,
    ShapeLayers,
    TransformerLayers,
    TransformerStackLayers,
    UnpoolingLayers,
    UpsamplingLayers,
    VisionLayers,
};
constexpr absl::Span<const Function> (*kFunctionFamilies[])() = {
    functions::ActivationFunctions,
    functions::AdaptivePoolingFunctions,
    functions::ArithmeticFunctions,
    functions::ArrangementFunctions,
    functions::AttentionFunctions,
    functions::ComparisonFunctions,
    functions::ConvolutionFunctions,
    functions::CreationFunctions,
    functions::DistanceFunctions,
    functions::DropoutFunctions,
    functions::ElementaryFunctions,
    functions::EmbeddingFunctions,
    functions::GridFunctions,
    functions::ImageFunctions,
    functions::IndexingFunctions,
    functions::LayerNormFunctions,
    functions::LinearFunctions,
    LossFunctions,
    functions::MathFunctions,
    functions::NormalizationFunctions,
    functions::PieceFunctions,
    functions::PoolingFunctions,
    functions::ProductFunctions,
    functions::ReductionFunctions,
    functions::SelectionFunctions,
    functions::ShapeFunctions,
    functions::TensorActivationFunctions,
    functions::TorchvisionFunctions,
    functions::ViewFunctions,
};

// The entries of all families, and where each name stands.
template <class Entry>
class Registry {
 public:
  explicit Registry(absl::Span<absl::Span<const Entry> (*const)()> families) {
    for (const auto family : families) entries_.insert(entries_.end(), family().begin(), family().end());
    for (const Entry& entry : entries_) by_name_.emplace(entry.name, &entry);
  }

  const std::vector<Entry>& entries() const { return entries_; }

  absl::StatusOr<const Entry*> Find(absl::string_view kind, absl::string_view name) const {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
    std::vector<absl::string_view> known;
    for (const Entry& entry : entries_) known.push_back(entry.name);
    return absl::NotFoundError(absl::StrCat("unknown ", kind, " '", name, "'", NearNames(name, known)));
  }

 private:
  std::vector<Entry> entries_;
  absl::flat_hash_map<absl::string_view, const Entry*> by_name_;
};

const Registry<LayerInfo>& Layers() {
  static const auto* const registry = new Registry<LayerInfo>(kLayerFamilies);
  return *registry;
}

const Registry<Function>& Functions() {
  static const auto* const registry = new Registry<Function>(kFunctionFamilies);
  return *registry;
}

}  // namespace

const std::vector<LayerInfo>& AllLayers() { return Layers().entries(); }
const std::vector<Function>& AllFunctions() { return Functions().entries(); }

absl::StatusOr<const LayerInfo*> FindLayer(absl::string_view name) { return Layers().Find("layer", name); }
absl::StatusOr<const Function*> FindFunction(absl::string_view name) { return Functions().Find("function", name); }

}  // namespace moduled::nn
