// The equation of torch.einsum, read: "bij,bjk->bik" with ellipses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/tensor/shape.h"

namespace moduled::nn::functions {

// A label stands for an axis. Labels count from 0: first the result's in their order, then those that are summed over.
struct EinsumEquation {
  std::vector<std::vector<int64_t>>
      operands;  // The label of each axis of each operand. May hold one twice: a diagonal.
  size_t result_labels = 0;
  size_t labels = 0;
  std::vector<std::string> names;  // Of the labels, for error texts.
};

// Resolves the equation for operands of these shapes. Errors are torch's, "einsum(): …".
absl::StatusOr<EinsumEquation> ReadEinsum(absl::string_view equation, absl::Span<const Shape> shapes);

}  // namespace moduled::nn::functions
