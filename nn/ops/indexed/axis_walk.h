// What gather and scatter_add share: along one axis an index tensor says where, along all others positions agree.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nn/ops/kernels/strided_loop.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// torch's checks of an index tensor for a tensor of shape `table`; a scalar counts as having one axis.
absl::Status CheckAxisIndex(absl::string_view op, int64_t axis, const Shape& table, const TensorSpec& index);

// "index 5 is out of bounds for dimension 1 with size 3".
absl::Status IndexOutOfBounds(int64_t index, int64_t axis, int64_t extent);

// Prepared once, run often, from any thread.
class AxisWalk {
 public:
  // Requires what CheckAxisIndex took.
  AxisWalk(int64_t axis, const Shape& table, const Shape& index);

  // Calls visit(i, element) for the i-th element of the index tensor and the element of the table that it means, in
  // order of i. Stops with an error at an index that is out of bounds.
  template <class Visit>
  absl::Status Run(const int64_t* index, Visit visit) const {
    int64_t outside = -1;
    kernels::ForEachStep(nest_, [&](int64_t base, int64_t i) {
      if (outside >= 0) return;
      if (index[i] < 0 || index[i] >= extent_) {
        outside = i;
      } else {
        visit(i, base + index[i] * stride_);
      }
    });
    return outside < 0 ? absl::OkStatus() : IndexOutOfBounds(index[outside], axis_, extent_);
  }

 private:
  kernels::LoopNest nest_;  // strides[0] through the table, 0 along the axis; strides[1] through the index tensor.
  int64_t axis_;
  int64_t extent_;  // Of the table along the axis.
  int64_t stride_;
};

}  // namespace moduled::nn
