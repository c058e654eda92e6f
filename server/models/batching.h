// Whether calls of a model may run as one, row by row along the first dimension, and how many rows pay.
//
// A model is batched where its signature leaves the first extent of every input and output free, and where a run of
// several rows gives each what it gets alone: that is tried when the model is loaded. Sequences whose first dimension
// is time, softmax over the batch, or batch norm in training fail this, whatever the signature says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/description/signature.h"
#include "nn/plan/model.h"
#include "server/models/load_options.h"

namespace moduled::server {

struct Batching {
  std::vector<int64_t> sizes;  // Rows of the runs that there are plans for, ascending, from 1. Empty: none.
  std::string why_not;         // Where there are none.

  int64_t max_rows() const { return sizes.empty() ? 1 : sizes.back(); }
  // The smallest size for so many rows. Requires 1 <= rows <= max_rows().
  int64_t SizeFor(int64_t rows) const;
};

// Tries it, and makes the plans. `max_rows` is what the operator wants: 1 is none, 0 as many as pay. Requires a
// signature whose example the model takes.
absl::StatusOr<Batching> FindBatching(nn::Model& model, const nn::ModelSignature& signature, int64_t max_rows,
                                      const LoadOptions& options);

}  // namespace moduled::server
