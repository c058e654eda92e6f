// The vectors that tiles are transformed and multiplied in.
#pragma once

#include "nn/ops/kernels/avx512.h"

namespace moduled::nn::winograd {

using avx512::Broadcast;
using avx512::kLanes;
using avx512::Load;
using avx512::LoadFirst;
using avx512::Store;
using avx512::StoreFirst;
using avx512::Vector;
using avx512::VectorsFor;

}  // namespace moduled::nn::winograd
