// Normalisations as their layers and functions share them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nn/modules/trace.h"

namespace moduled::nn {

// What may follow a normalisation, [C] each.
struct Affine {
  std::optional<Value> weight;
  std::optional<Value> bias;
};

// Statistics over all axes but the channels'. With `mean` and `var` those, else the batch's.
absl::StatusOr<Value> BatchNorm(Trace& trace, Value input, std::optional<Value> mean, std::optional<Value> var,
                                const Affine& affine, double eps);

// Statistics of each group of channels of each element of the batch [N, C, ...].
absl::StatusOr<Value> GroupNorm(Trace& trace, Value input, int64_t groups, const Affine& affine, double eps);

// Statistics of each channel of each element of the batch [N, C, ...], which must have more than one place.
absl::StatusOr<Value> InstanceNorm(Trace& trace, Value input, const Affine& affine, double eps);

// Each channel divided by (k + alpha mean(x^2 over `size` neighbours))^beta.
struct LocalResponse {
  int64_t size = 5;
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1;
};
absl::StatusOr<Value> LocalResponseNorm(Trace& trace, Value input, const LocalResponse& response);
// The older form, over [N, C, H, W]: the same with as many neighbours on both sides.
absl::StatusOr<Value> CrossMapLrn(Trace& trace, Value input, const LocalResponse& response);

// x / sqrt(mean(x^2) + eps) weight over the last axes; eps unset: the type's least step from 1.
absl::StatusOr<Value> RmsNorm(Trace& trace, Value input, const std::vector<int64_t>& normalized_shape,
                              std::optional<Value> weight, std::optional<double> eps);

}  // namespace moduled::nn
