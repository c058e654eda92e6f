// A table of rows that embeddings look up.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// Rows beyond a norm come out scaled to it. torch changes the table itself, which a version that is served may not.
struct MaxNorm {
  std::optional<double> max_norm = {};  // Unset: rows come out as they are.
  double norm_type = 2;
  bool operator==(const MaxNorm&) const = default;
};

// Requires a table [rows, columns] of numbers, and indices int64 or int32. `function` is what torch calls the look-up.
absl::Status CheckTable(const TensorSpec& table);
absl::Status CheckIndexType(absl::string_view function, const TensorSpec& indices);

// What the elements of a row are multiplied by.
template <class T>
double RowScale(const MaxNorm& limit, const T* row, int64_t columns);

}  // namespace moduled::nn
