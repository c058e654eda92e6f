// The operands of attention as batches of matrices, wherever their heads are.
#pragma once

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "nn/ops/attention.h"
#include "nn/tensor/shape.h"

namespace moduled::nn::attention {

// Matrices inside a tensor. Steps and offset count elements; columns are neighbours.
struct View {
  Shape batch;  // The last axis counts the heads, if they stand in the rows.
  absl::InlinedVector<int64_t, 6> steps;
  int64_t offset = 0;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t row_step = 0;

  // As one dense tensor would be: [batch..., rows, columns].
  Shape shape() const;
};

// Views of q, k and v. Requires inputs that CheckLayout has passed.
struct Views {
  View q;
  View k;
  View v;
};
Views ViewsOf(const AttentionOp::Attrs& attrs, absl::Span<const TensorSpec> in);

// The same of y, a tensor of this shape.
View ViewOfOutput(const AttentionOp::Attrs& attrs, const Shape& shape);

// The shape of y for matrices [batch..., L, Ev].
Shape OutputShape(HeadLayout layout, const Shape& matrices);

// Whether the inputs but the mask have the axes that the layout needs, and rows that divide into heads.
absl::Status CheckLayout(const AttentionOp::Attrs& attrs, absl::Span<const TensorSpec> in);

}  // namespace moduled::nn::attention
