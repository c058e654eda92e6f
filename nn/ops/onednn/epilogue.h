// What follows a product or a convolution, as oneDNN's post-ops.
#pragma once

#include "nn/graph/pointwise.h"
#include "oneapi/dnnl/dnnl.hpp"

namespace moduled::nn::onednn {

// The attributes of a primitive that adds its result to what stands in the output already, if `sum`, and then applies
// the function.
dnnl::primitive_attr WithEpilogue(bool sum, const Pointwise& pointwise);

}  // namespace moduled::nn::onednn
