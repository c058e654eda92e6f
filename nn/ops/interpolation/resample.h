// Applying the taps of all axes to a tensor [N, C, spatial...].
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/graph/kernel.h"
#include "nn/ops/interpolation/axis_taps.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// Axis by axis, those that shrink first: then nothing in between is larger than both ends. `taps` has one entry for
// each spatial axis; T is float or double.
template <class T>
std::unique_ptr<Kernel> MakeResampleKernel(const Shape& in, const Shape& out, std::vector<AxisTaps> taps);
extern template std::unique_ptr<Kernel> MakeResampleKernel<float>(const Shape&, const Shape&, std::vector<AxisTaps>);
extern template std::unique_ptr<Kernel> MakeResampleKernel<double>(const Shape&, const Shape&, std::vector<AxisTaps>);

// The same where each output has one tap, for elements of any type.
std::unique_ptr<Kernel> MakePickKernel(const Shape& in, const std::vector<AxisTaps>& taps, size_t element_size);

}  // namespace moduled::nn
