// How pooling kernels walk: along rows of the output, which meet rows of the input tap by tap.
#pragma once

#include <cstdint>

#include "nn/ops/window_axis.h"

namespace moduled::nn {

inline int64_t InPlane(const WindowAxes& axes) { return axes[0].in * axes[1].in * axes[2].in; }
inline int64_t OutPlane(const WindowAxes& axes) { return axes[0].out * axes[1].out * axes[2].out; }

// Calls visit(oz, oy, row) for each row of an output plane, which begins at element `row` of the plane.
template <class Visit>
void ForEachOutputRow(const WindowAxes& axes, Visit visit) {
  int64_t row = 0;
  for (int64_t oz = 0; oz < axes[0].out; ++oz) {
    for (int64_t oy = 0; oy < axes[1].out; ++oy, row += axes[2].out) visit(oz, oy, row);
  }
}

// Calls visit(begin, end, position) for each tap that outputs [begin, end) of the row (oz, oy) find in the input: the
// first of them at `position` of the plane, the others `stride` of the last axis apart. Taps come in row-major order.
template <class Visit>
void ForEachTapOfRow(const WindowAxes& axes, int64_t oz, int64_t oy, Visit visit) {
  const auto& [az, ay, ax] = axes;
  for (int64_t kz = 0; kz < az.kernel; ++kz) {
    const int64_t z = az.Position(oz, kz);
    if (!az.Contains(z)) continue;
    for (int64_t ky = 0; ky < ay.kernel; ++ky) {
      const int64_t y = ay.Position(oy, ky);
      if (!ay.Contains(y)) continue;
      for (int64_t kx = 0; kx < ax.kernel; ++kx) {
        const WindowAxis::Range found = ax.OutputsOf(kx);
        if (found.begin == found.end) continue;
        visit(found.begin, found.end, (z * ay.in + y) * ax.in + ax.Position(found.begin, kx));
      }
    }
  }
}

}  // namespace moduled::nn
