// y[n, c, i] = x[n, c, i] scale[c] + shift[c].
#pragma once

#include "nn/ops/channels.h"
#include "nn/ops/kernels/affine.h"

namespace moduled::nn::kernels {

// x may be y.
template <class T>
void ScaleShiftChannels(const ChannelView& view, const T* x, T* y, const T* scale, const T* shift) {
  for (int64_t n = 0; n < view.batch; ++n) {
    const int64_t row = n * view.channels * view.inner;
    if (view.inner == 1) {
      ScaleShiftEach(x + row, y + row, view.channels, scale, shift);
      continue;
    }
    for (int64_t c = 0; c < view.channels; ++c) {
      const int64_t offset = row + c * view.inner;
      ScaleShift(x + offset, y + offset, view.inner, scale[c], shift[c]);
    }
  }
}

}  // namespace moduled::nn::kernels
