// The `dim` and `keepdim` arguments of functions that reduce.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/reduction/axes.h"

namespace moduled::nn::functions {

// Every axis of a tensor of this rank.
std::vector<int64_t> AllAxes(size_t rank);

// The axes that arguments `dim` (None, an int or ints; no axis means every axis) and `keepdim` name.
absl::StatusOr<ReducedAxes> ReadReducedAxes(const BoundArguments& bound, size_t dim, size_t keepdim, size_t rank);

}  // namespace moduled::nn::functions
