// What averages over windows share with their gradient.
#pragma once

#include <cstdint>
#include <optional>

#include "nn/ops/avg_pool.h"
#include "nn/ops/pooling/window.h"

namespace moduled::nn {

// The attributes must outlive it.
PoolWindow AverageWindow(const AvgPoolOp::Attrs& attrs);

// What the sum of a window is divided by.
class AverageDivisor {
 public:
  AverageDivisor(const AvgPoolOp::Attrs& attrs, const WindowAxes& axes)
      : override_(attrs.divisor_override), count_padding_(attrs.count_include_pad), axes_(axes) {}

  double Of(int64_t oz, int64_t oy, int64_t ox) const;

 private:
  double Counted(const WindowAxis& axis, int64_t o) const;

  std::optional<int64_t> override_;
  bool count_padding_;
  WindowAxes axes_;
};

}  // namespace moduled::nn
