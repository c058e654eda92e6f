// Images whose channels stand last, as shapes: [N, H, W, C] for torch's [N, C, H, W].
#pragma once

#include <cstdint>

#include "nn/tensor/shape.h"

namespace moduled::nn {

inline Shape ToChannelsLast(const Shape& image) { return {image[0], image[2], image[3], image[1]}; }
inline Shape ToChannelsFirst(const Shape& image) { return {image[0], image[3], image[1], image[2]}; }

// Where an axis of [N, C, H, W] is in [N, H, W, C].
inline int64_t AxisInChannelsLast(int64_t axis) {
  constexpr int64_t kAxes[] = {0, 3, 1, 2};
  return kAxes[axis];
}

}  // namespace moduled::nn
