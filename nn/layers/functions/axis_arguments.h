// Arguments of functions that take one number for all spatial axes or one for each: 2 or (2, 3).
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/modules/argument_binder.h"

namespace moduled::nn::functions {

// What an argument is called, and where it stands among the bound ones.
struct AxisArgument {
  absl::string_view function;  // "max_pool2d".
  absl::string_view name;
  size_t index;
};

// One int for each of `axes` axes. What is not given, None or an empty sequence is `otherwise`, which may be empty:
// then something must be given.
absl::StatusOr<std::vector<int64_t>> IntPerAxis(const BoundArguments& bound, const AxisArgument& argument, size_t axes,
                                                const std::vector<int64_t>& otherwise);

// The same for an output size, in which None is -1 and keeps the input's extent.
absl::StatusOr<std::vector<int64_t>> OutputSizePerAxis(const BoundArguments& bound, const AxisArgument& argument,
                                                       size_t axes);

// A float or a sequence of floats, as it was given; ints count. None where None is given, or nothing.
absl::StatusOr<std::vector<double>> OptionalFloats(const BoundArguments& bound, const AxisArgument& argument);

// One float, which must be given; an int counts.
absl::StatusOr<double> RequiredFloat(const BoundArguments& bound, const AxisArgument& argument);

}  // namespace moduled::nn::functions
