// The dimensions that a reduction goes over, and where each element goes.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/tensor/shape.h"

namespace moduled::server {

class ReducedDims {
 public:
  // `dims` count from the end when negative; none means all. INVALID_ARGUMENT, in torch's words, for dimensions that
  // the shape does not have, or that come twice.
  static absl::StatusOr<ReducedDims> Of(const nn::Shape& shape, absl::Span<const int64_t> dims);

  bool reduces(size_t axis) const { return reduced_[axis]; }
  // How many elements become one.
  int64_t count() const;
  nn::Shape result(bool keepdim = false) const;

  // Calls visit(from, to) for every element in row-major order: its place, and its place in the result.
  template <class Visit>
  void ForEach(Visit visit) const;

 private:
  explicit ReducedDims(const nn::Shape& shape)
      : shape_(shape), reduced_(shape.rank(), false), strides_(shape.rank(), 0) {}

  nn::Shape shape_;
  std::vector<bool> reduced_;     // By axis.
  std::vector<int64_t> strides_;  // By axis: in the result, 0 for reduced ones.
};

// INVALID_ARGUMENT, in torch's words, unless -rank <= dim < rank. A scalar counts as one dimension.
absl::StatusOr<size_t> AxisOf(int64_t dim, size_t rank);

template <class Visit>
void ReducedDims::ForEach(Visit visit) const {
  const size_t rank = shape_.rank();
  if (shape_.numel() == 0) return;
  if (rank == 0) return visit(int64_t{0}, int64_t{0});
  const int64_t inner = shape_[rank - 1];
  const int64_t inner_stride = strides_[rank - 1];
  std::vector<int64_t> index(rank, 0);
  int64_t to = 0;
  for (int64_t from = 0;;) {
    for (int64_t i = 0; i < inner; ++i) visit(from++, to + i * inner_stride);
    size_t axis = rank - 1;
    for (; axis-- > 0;) {
      to += strides_[axis];
      if (++index[axis] < shape_[axis]) break;
      to -= strides_[axis] * shape_[axis];
      index[axis] = 0;
    }
    if (axis == static_cast<size_t>(-1)) return;
  }
}

}  // namespace moduled::server
