#include "nn/ops/pooling/average.h"

#include <algorithm>

namespace moduled::nn {
namespace {

// Windows of averages are dense. Static: the spans of a PoolWindow point into it.
constexpr int64_t kDense[kMaxWindowAxes] = {1, 1, 1};

}  // namespace

PoolWindow AverageWindow(const AvgPoolOp::Attrs& attrs) {
  const absl::Span<const int64_t> dense = kDense;
  return {attrs.kernel, attrs.stride, attrs.padding, dense.first(std::min(attrs.kernel.size(), kMaxWindowAxes)),
          attrs.ceil_mode ? WindowRounding::kUp : WindowRounding::kDown};
}

double AverageDivisor::Of(int64_t oz, int64_t oy, int64_t ox) const {
  if (override_.has_value()) return static_cast<double>(*override_);
  return Counted(axes_[0], oz) * Counted(axes_[1], oy) * Counted(axes_[2], ox);
}

// The elements of a window that count: a window that ceil_mode made may reach beyond the padding. A double: kernels
// over padding may be so large that the product of three does not fit into int64.
double AverageDivisor::Counted(const WindowAxis& axis, int64_t o) const {
  const int64_t begin = axis.Position(o, 0);
  const int64_t end = begin + axis.kernel;
  if (count_padding_) return static_cast<double>(std::min(end, axis.in + axis.padding_end) - begin);
  return static_cast<double>(std::min(end, axis.in) - std::max<int64_t>(begin, 0));
}

}  // namespace moduled::nn
