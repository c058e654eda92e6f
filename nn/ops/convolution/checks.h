// What convolutions and their transposes check alike, in torch's words.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// One number for each of `axes` spatial axes, none below `least`. `complaint` is torch's text for one that is.
absl::Status CheckPerAxis(absl::string_view name, absl::Span<const int64_t> numbers, size_t axes, int64_t least,
                          absl::string_view complaint);

// The groups divide axis 0 of the weight.
absl::Status CheckWeightGroups(int64_t groups, const Shape& weight);

// Each kernel and each plane has elements.
absl::Status CheckConvolutionExtents(const Shape& x, const Shape& weight);

}  // namespace moduled::nn
