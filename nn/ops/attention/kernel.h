// Attention by blocks of query rows: scores, softmax and the product with v while the scores are in the cache.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "nn/graph/kernel.h"
#include "nn/ops/attention/view.h"

namespace moduled::nn::attention {

// Matrices as they are repeated to fill a batch; all steps count elements.
struct Matrices {
  absl::InlinedVector<int64_t, 6> steps;  // One for each axis of the batch, 0 where it repeats.
  int64_t offset = 0;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t row_step = 0;
  int64_t column_step = 1;  // 0 only in a mask.

  // Where the matrix at `index`, counted over the batch, begins.
  int64_t OffsetOf(int64_t index, const Shape& batch) const;
};

// Requires a view whose batch broadcasts to `batch`.
Matrices MatricesOf(const View& view, const Shape& batch);

// Inputs q, k and v, or one that holds all three; then the mask.
struct Problem {
  DType dtype = DType::kFloat32;
  bool packed = false;
  bool with_mask = false;
  double scale = 1;
  Matrices q;
  Matrices k;
  Matrices v;
  Matrices y;
  Matrices mask;
  Shape batch;
  int threads = 1;
};

absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Problem& problem);

}  // namespace moduled::nn::attention
