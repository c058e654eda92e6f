// What adaptive_avg_pool and adaptive_max_pool share: how they divide the input, checked in torch's words.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/ops/window_axis.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// One axis, divided into `out` parts; neighbours may overlap.
struct Division {
  int64_t in = 1;
  int64_t out = 1;

  // floor(i in / out) and ceil((i + 1) in / out), in 128 bits: the products may be large where the results are not.
  int64_t Begin(int64_t i) const { return static_cast<int64_t>(static_cast<__int128>(i) * in / out); }
  int64_t End(int64_t i) const { return static_cast<int64_t>((static_cast<__int128>(i + 1) * in + out - 1) / out); }
};

// One to three axes; those that are missing stand first and have one element.
struct Divisions {
  // Requires sizes that InferAdaptiveShape took.
  Divisions(absl::Span<const int64_t> output_size, const Shape& x);

  int64_t in_plane() const { return axes[0].in * axes[1].in * axes[2].in; }
  int64_t out_plane() const { return axes[0].out * axes[1].out * axes[2].out; }

  // Calls visit(z, y, x) for each part in row-major order.
  template <class Visit>
  void ForEachPart(Visit visit) const {
    for (int64_t z = 0; z < axes[0].out; ++z) {
      for (int64_t y = 0; y < axes[1].out; ++y) {
        for (int64_t x = 0; x < axes[2].out; ++x) visit(z, y, x);
      }
    }
  }

  std::array<Division, kMaxWindowAxes> axes;
};

// The output of dividing an `x` [N, C, spatial...]; N alone may be 0. `op` is the operator's name.
absl::StatusOr<Shape> InferAdaptiveShape(absl::string_view op, absl::Span<const int64_t> output_size, const Shape& x);

}  // namespace moduled::nn
