#include "nn/ops/recurrent/panels.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/ops/kernels/avx512.h"
#include "nn/tensor/memory.h"

namespace moduled::nn::recurrent {
namespace {

using avx512::kLanes;
using kernels::Part;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

void PackPanel(const PanelLayout& layout, int64_t panel, const float* weight, float* packed) {
  const Part units = layout.UnitsOf(panel);
  const Part vectors = layout.VectorsOf(panel);
  const int64_t width = (vectors.end - vectors.begin) * layout.gates() * kLanes;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t vector = unit / kLanes - vectors.begin;
    for (int64_t gate = 0; gate < layout.gates(); ++gate) {
      const float* from = weight + (gate * layout.units() + unit) * layout.depth();
      float* to = packed + (vector * layout.gates() + gate) * kLanes + unit % kLanes;
      for (int64_t k = 0; k < layout.depth(); ++k) to[k * width] = from[k];
    }
  }
}

}  // namespace

PanelLayout::PanelLayout(int64_t gates, int64_t units, int64_t depth)
    : gates_(gates), units_(units), depth_(depth), vectors_(avx512::VectorsFor(units)) {
  const int64_t fewest = CeilDiv(vectors_, kMaxPanelVectors / gates);
  // An even number where there are several, for two threads to share.
  count_ = fewest <= 1 ? fewest : std::min(fewest + fewest % 2, vectors_);
}

Part PanelLayout::UnitsOf(int64_t index) const {
  const Part vectors = VectorsOf(index);
  return {vectors.begin * kLanes, std::min(vectors.end * kLanes, units_)};
}

int64_t PanelLayout::OffsetOf(int64_t index) const { return VectorsOf(index).begin * gates_ * depth_ * kLanes; }

int64_t PanelLayout::size() const { return vectors_ * gates_ * depth_ * kLanes; }

absl::StatusOr<std::shared_ptr<const float>> PackPanels(const PanelLayout& layout, const KnownInput& weight,
                                                        PackCache* packs) {
  const auto make = [&](const Tensor& tensor) -> absl::StatusOr<std::shared_ptr<const float>> {
    const size_t bytes = static_cast<size_t>(layout.size()) * sizeof(float);
    std::shared_ptr<uint8_t> memory = AllocateMemory(bytes);
    if (memory == nullptr) {
      return absl::ResourceExhaustedError(absl::StrCat("out of memory for packed weights (", bytes, " bytes)"));
    }
    auto* packed = reinterpret_cast<float*>(memory.get());
    std::fill_n(packed, layout.size(), 0.0f);
    for (int64_t panel = 0; panel < layout.count(); ++panel) {
      PackPanel(layout, panel, tensor.elements<float>().data(), packed + layout.OffsetOf(panel));
    }
    return std::shared_ptr<const float>(std::move(memory), packed);
  };
  const std::string format = absl::StrCat("recurrent panels of ", layout.gates(), " gates, ", layout.units(),
                                          " units, depth ", layout.depth());
  return PackCache::Share<float>(packs, weight, format, make);
}

}  // namespace moduled::nn::recurrent
