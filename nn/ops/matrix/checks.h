// What the shape rules of matrix products check, in torch's words.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// One type of numbers for all inputs. `implementation`: the function of torch that lacks a type.
absl::Status CheckProductTypes(absl::string_view implementation, absl::Span<const TensorSpec> in);

// Refuses inputs without axes.
absl::Status CheckNoScalars(absl::Span<const TensorSpec> in);

// The complaint that [rows, k] and [b_rows, columns] do not fit.
absl::Status NotMultipliable(int64_t rows, int64_t k, int64_t b_rows, int64_t columns);

}  // namespace moduled::nn
