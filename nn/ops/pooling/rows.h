// How pooling kernels walk: along rows of the output, which meet rows of the input tap by tap.
//
// Only taps that find input are visited: kernels may be much larger than the input, most of them over padding.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/ops/window_axis.h"

namespace moduled::nn {

// A tap along rows: the outputs [begin, end) of a row find it in the input, the first of them at `column`, the others
// a stride apart.
struct RowTap {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t column = 0;
};

// In ascending order of the taps. There are at most a few more of them than input elements along the axis.
std::vector<RowTap> RowTapsOf(const WindowAxis& axis);

// The walk over one plane of the input and of the output.
struct PoolWalk {
  explicit PoolWalk(const WindowAxes& axes) : axes(axes), row_taps(RowTapsOf(axes[2])) {}

  int64_t in_plane() const { return axes[0].in * axes[1].in * axes[2].in; }
  int64_t out_plane() const { return axes[0].out * axes[1].out * axes[2].out; }

  // Calls visit(oz, oy, row) for each row of the output, which begins at element `row` of the plane.
  template <class Visit>
  void ForEachOutputRow(Visit visit) const {
    int64_t row = 0;
    for (int64_t oz = 0; oz < axes[0].out; ++oz) {
      for (int64_t oy = 0; oy < axes[1].out; ++oy, row += axes[2].out) visit(oz, oy, row);
    }
  }

  // Calls visit(begin, end, position) for each tap that outputs [begin, end) of the row (oz, oy) find in the input: the
  // first of them at `position` of the plane, the others a stride apart. Taps come in row-major order.
  template <class Visit>
  void ForEachTapOfRow(int64_t oz, int64_t oy, Visit visit) const {
    const auto& [az, ay, ax] = axes;
    const WindowAxis::Range z_taps = az.TapsOf(oz);
    const WindowAxis::Range y_taps = ay.TapsOf(oy);
    for (int64_t kz = z_taps.begin; kz < z_taps.end; ++kz) {
      for (int64_t ky = y_taps.begin; ky < y_taps.end; ++ky) {
        const int64_t row = (az.Position(oz, kz) * ay.in + ay.Position(oy, ky)) * ax.in;
        for (const RowTap& tap : row_taps) visit(tap.begin, tap.end, row + tap.column);
      }
    }
  }

  WindowAxes axes;
  std::vector<RowTap> row_taps;
};

}  // namespace moduled::nn
