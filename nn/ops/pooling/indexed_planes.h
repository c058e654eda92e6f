// Planes with indices into them: what operators that pick, put or add elements by max pooling's indices share.
//
// An index counts in its plane, the elements behind [N, C], in row-major order.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/ops/checks.h"
#include "nn/tensor/shape.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

// Refuses indices that are not int64 of the shape `like`.
inline absl::Status CheckIndices(const Shape& like, const TensorSpec& indices) {
  if (indices.dtype != DType::kInt64) {
    return absl::InvalidArgumentError(
        absl::StrCat("elements in indices should be type int64 but got: ", ScalarName(indices.dtype)));
  }
  if (indices.shape == like) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Expected shape of indices to be same as that of the input tensor (",
                                                 like.ToString(),
                                                 ") but got indices tensor with shape: ", indices.shape.ToString()));
}

// Requires at least [N, C].
inline absl::Status CheckPlanes(absl::string_view op, const Shape& x) {
  if (x.rank() >= 2) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(op, ": expected [N, C, spatial...] (got ", x.ToString(), ")"));
}

class IndexedPlanes {
 public:
  // The shape of the indices, and that of what they point into: [N, C, ...] both.
  IndexedPlanes(const Shape& indices, const Shape& whole)
      : planes_(indices.numel(0, 2)),
        indices_(indices.numel(2, indices.rank())),
        size_(whole.numel(2, whole.rank())),
        plane_(whole.extents().subspan(2)) {}

  // Calls visit(i, target) for each index: the i-th points to element `target` of the whole tensor. INVALID_ARGUMENT
  // where one points out of its plane.
  template <class Visit>
  absl::Status ForEach(const int64_t* indices, Visit visit) const {
    for (int64_t plane = 0; plane < planes_; ++plane) {
      for (int64_t i = plane * indices_; i < (plane + 1) * indices_; ++i) {
        if (indices[i] < 0 || indices[i] >= size_) return OutOfPlane(indices[i]);
        visit(i, plane * size_ + indices[i]);
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status OutOfPlane(int64_t index) const {
    return absl::InvalidArgumentError(absl::StrCat("Found an invalid max index: ", index,
                                                   " (output volumes are of size ", absl::StrJoin(plane_, "x"), ")"));
  }

  int64_t planes_;
  int64_t indices_;  // In one plane.
  int64_t size_;     // Of one plane of the whole tensor.
  Shape plane_;
};

}  // namespace moduled::nn
