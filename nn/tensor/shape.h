// The extents of a tensor, and the type of a tensor without its elements.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/tensor/dtype.h"

namespace moduled::nn {

// Extents in row-major order. A scalar has none.
class Shape {
 public:
  // Deeper tensors are refused where they enter: nothing in torch.nn comes near.
  static constexpr size_t kMaxRank = 64;

  Shape() = default;
  Shape(std::initializer_list<int64_t> extents) : extents_(extents) {}
  explicit Shape(absl::Span<const int64_t> extents) : extents_(extents.begin(), extents.end()) {}

  size_t rank() const { return extents_.size(); }
  int64_t operator[](size_t axis) const { return extents_[axis]; }
  int64_t& operator[](size_t axis) { return extents_[axis]; }
  // Counts from the end when negative, as in Python: At(-1) is the last extent. Requires -rank <= axis < rank.
  int64_t At(int64_t axis) const { return extents_[axis < 0 ? axis + rank() : axis]; }

  auto begin() const { return extents_.begin(); }
  auto end() const { return extents_.end(); }
  bool empty() const { return extents_.empty(); }
  void push_back(int64_t extent) { extents_.push_back(extent); }
  absl::Span<const int64_t> extents() const { return extents_; }

  // The product of the extents. Requires a shape that Check accepted.
  int64_t numel() const;
  // The product of the extents [first, last).
  int64_t numel(size_t first, size_t last) const;

  // Refuses negative extents, more than kMaxRank axes, and products that do not fit into int64.
  absl::Status Check() const;

  // "[2, 3]".
  std::string ToString() const;

  bool operator==(const Shape& other) const = default;

 private:
  absl::InlinedVector<int64_t, 6> extents_;
};

// Type and shape of a tensor.
struct TensorSpec {
  DType dtype = DType::kFloat32;
  Shape shape;

  int64_t numel() const { return shape.numel(); }
  // Bytes of the elements. Requires a spec that Check accepted.
  size_t byte_size() const { return static_cast<size_t>(numel()) * SizeOf(dtype); }
  // Shape::Check, and the bytes must fit into int64 too.
  absl::Status Check() const;
  // "float32[2, 3]".
  std::string ToString() const;

  bool operator==(const TensorSpec& other) const = default;
};

}  // namespace moduled::nn
