// A recurrent weight [gates x units, depth] packed for products with few rows.
//
//   packed [panel][depth][vector of units][gate][16 units]
//
// All gates of a unit stand in one panel, so that its next state follows from one product with it. Behind the last unit
// come zeros, to the end of the vector.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "nn/graph/pack_cache.h"
#include "nn/ops/kernels/parallel.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn::recurrent {

// How many vectors of sums a panel makes for a row.
constexpr int64_t kMaxPanelVectors = 4;

class PanelLayout {
 public:
  PanelLayout() = default;
  // 1 to kMaxPanelVectors gates.
  PanelLayout(int64_t gates, int64_t units, int64_t depth);

  int64_t gates() const { return gates_; }
  int64_t units() const { return units_; }
  int64_t depth() const { return depth_; }

  int64_t count() const { return count_; }
  // The vectors of units of panel `index`.
  kernels::Part VectorsOf(int64_t index) const { return kernels::PartOf(vectors_, count_, index); }
  // Its units.
  kernels::Part UnitsOf(int64_t index) const;
  // Where it begins.
  int64_t OffsetOf(int64_t index) const;
  int64_t size() const;

 private:
  int64_t gates_ = 1;
  int64_t units_ = 0;
  int64_t depth_ = 0;
  int64_t vectors_ = 0;  // Of units.
  int64_t count_ = 0;
};

// The packed weight, shared through `packs` unless that is null.
absl::StatusOr<std::shared_ptr<const float>> PackPanels(const PanelLayout& layout, const KnownInput& weight,
                                                        PackCache* packs);

}  // namespace moduled::nn::recurrent
