// What a recurrent layer was made with.
#pragma once

#include <cstdint>

#include "nn/layers/recurrent_state.h"
#include "nn/ops/recurrent/attrs.h"

namespace moduled::nn {

struct RecurrentOptions {
  RecurrentAttrs attrs;
  RecurrentExtents extents;
  int64_t num_layers = 1;
  int64_t directions = 1;
  bool batch_first = false;
  double dropout = 0;
};

}  // namespace moduled::nn
