#include "server/hooks/transforms/histogram.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

// The least and the greatest element; NaN if there is one.
template <class T>
std::pair<double, double> RangeOf(absl::Span<const T> elements) {
  if (elements.empty()) return {0, 1};  // As torch has it.
  T low = elements[0];
  T high = elements[0];
  for (const T element : elements) {
    if (element != element) return {NAN, NAN};
    low = std::min(low, element);
    high = std::max(high, element);
  }
  return {low, high};
}

// torch.linspace(low, high): each half from its own end.
template <class T>
void FillEdges(T low, T high, absl::Span<T> edges) {
  const auto last = static_cast<int64_t>(edges.size()) - 1;
  T step = (high - low) / static_cast<T>(last);
  if (!std::isfinite(step)) step = high / static_cast<T>(last) - low / static_cast<T>(last);
  for (int64_t i = 0; i <= last; ++i) {
    edges[i] = i < (last + 1) / 2 ? low + step * static_cast<T>(i) : high - step * static_cast<T>(last - i);
  }
}

template <class T>
absl::StatusOr<nn::Datum> HistogramOf(const nn::Tensor& tensor, uint32_t bins, std::optional<double> min,
                                      std::optional<double> max) {
  const absl::Span<const T> elements = tensor.elements<T>();
  auto [low, high] = min.has_value() ? std::pair(*min, *max) : RangeOf(elements);
  if (!std::isfinite(low) || !std::isfinite(high)) {
    return absl::InvalidArgumentError(
        absl::StrCat("torch.histogramdd: dimension 0's range [", low, ", ", high, "] is not finite"));
  }
  if (low == high) {
    low -= 0.5;
    high += 0.5;
  }
  ASSIGN_OR_RETURN(nn::Tensor counts, nn::Tensor::Zeros({tensor.dtype(), {bins}}));
  ASSIGN_OR_RETURN(nn::Tensor edges, nn::Tensor::Allocate({tensor.dtype(), {int64_t{bins} + 1}}));
  const absl::Span<T> count = counts.mutable_elements<T>();
  const absl::Span<T> edge = edges.mutable_elements<T>();
  FillEdges(static_cast<T>(low), static_cast<T>(high), edge);
  for (const T element : elements) {
    if (!(element >= edge.front() && element <= edge.back())) continue;
    // A bin holds its left edge, the last one its right edge too.
    const auto right = std::upper_bound(edge.begin(), edge.end(), element);
    count[std::min<int64_t>(right - edge.begin(), bins) - 1] += 1;
  }
  return nn::Datum(nn::Datum::Tuple{{nn::Datum(std::move(counts)), nn::Datum(std::move(edges))}});
}

}  // namespace

absl::StatusOr<nn::Datum> Histogram(const nn::Tensor& tensor, uint32_t bins, std::optional<double> min,
                                    std::optional<double> max) {
  if (tensor.dtype() == nn::DType::kFloat32) return HistogramOf<float>(tensor, bins, min, max);
  if (tensor.dtype() == nn::DType::kFloat64) return HistogramOf<double>(tensor, bins, min, max);
  return absl::InvalidArgumentError(
      absl::StrCat("\"histogramdd\" not implemented for '", nn::ScalarName(tensor.dtype()), "'"));
}

}  // namespace moduled::server
