#include "nn/ops/pooling/rows.h"

#include <algorithm>

namespace moduled::nn {

std::vector<RowTap> RowTapsOf(const WindowAxis& axis) {
  std::vector<RowTap> row_taps;
  int64_t next = 0;
  for (int64_t o = axis.out; o-- > 0;) {  // The later an output, the earlier the taps that it finds.
    const WindowAxis::Range taps = axis.TapsOf(o);
    for (int64_t tap = std::max(next, taps.begin); tap < taps.end; ++tap) {
      const WindowAxis::Range outputs = axis.OutputsOf(tap);
      row_taps.push_back({outputs.begin, outputs.end, axis.Position(outputs.begin, tap)});
    }
    next = std::max(next, taps.end);
  }
  return row_taps;
}

}  // namespace moduled::nn
