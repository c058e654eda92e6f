// What index and index_add share: neighbouring axes of a table that integer tensors stand for.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/ops/indexed/axis_walk.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// Requires int64 tensors of one shape, at least one, for axes of the table from `axis` on.
absl::Status CheckIndices(absl::string_view op, int64_t axis, const Shape& table, absl::Span<const TensorSpec> indices);

// The shape of table[..., indices, ...]. Requires what CheckIndices took.
Shape IndexedShape(int64_t axis, const Shape& table, absl::Span<const TensorSpec> indices);

// Prepared once, run often, from any thread.
class IndexWalk {
 public:
  // Requires what CheckIndices took.
  IndexWalk(int64_t axis, const Shape& table, absl::Span<const TensorSpec> indices);

  // The elements of a block: what lies under one step of the indexed axes.
  int64_t block() const { return block_; }

  // Calls visit(from, to) for the first elements of the blocks of the table, and of the indexed tensor, that belong
  // together, in order of `to`. Stops with an error at an index that is out of bounds.
  template <class Visit>
  absl::Status Run(absl::Span<const void* const> indices, Visit visit) const;

 private:
  struct Axis {
    int64_t extent;
    int64_t stride;  // In elements of the table.
  };

  int64_t first_axis_;
  int64_t outer_ = 1;  // The elements of the axes before the indexed ones.
  int64_t outer_stride_ = 1;
  int64_t n_ = 1;  // The elements of an index tensor.
  int64_t block_ = 1;
  std::vector<Axis> axes_;
};

template <class Visit>
absl::Status IndexWalk::Run(absl::Span<const void* const> indices, Visit visit) const {
  int64_t to = 0;
  for (int64_t o = 0; o < outer_; ++o) {
    for (int64_t i = 0; i < n_; ++i, to += block_) {
      int64_t from = o * outer_stride_;
      for (size_t k = 0; k < axes_.size(); ++k) {
        const int64_t index = static_cast<const int64_t*>(indices[k])[i];
        const Axis& axis = axes_[k];
        if (index < -axis.extent || index >= axis.extent) {
          return IndexOutOfBounds(index, first_axis_ + static_cast<int64_t>(k), axis.extent);
        }
        from += (index < 0 ? index + axis.extent : index) * axis.stride;
      }
      visit(from, to);
    }
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
