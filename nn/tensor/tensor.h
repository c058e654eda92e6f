// A dense, row-major tensor: a type, a shape and bytes that are shared by reference.
//
// Copying a Tensor copies a reference. Once a tensor has been handed to anyone else, its bytes do not change: that is
// what makes sharing between threads, requests, plans and replies safe. Only its maker writes, before sharing it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/types/span.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

class Tensor {
 public:
  // Storage that this library allocates starts at a multiple of this: one cache line, one AVX-512 register.
  static constexpr size_t kAlignment = 64;

  // float32 of shape [0].
  Tensor() : spec_{DType::kFloat32, {0}} {}

  // Elements undefined. RESOURCE_EXHAUSTED when the memory is not to be had.
  static absl::StatusOr<Tensor> Allocate(TensorSpec spec);
  static absl::StatusOr<Tensor> Zeros(TensorSpec spec);

  // Takes over bytes that somebody else owns; `owner` keeps them alive. Requires spec.byte_size() bytes at `data`,
  // aligned for the element type.
  static Tensor Wrap(TensorSpec spec, std::shared_ptr<const void> owner, const void* data);

  // Takes over a string's bytes. INVALID_ARGUMENT unless they are as many as the spec says.
  static absl::StatusOr<Tensor> FromBytes(TensorSpec spec, std::string bytes);

  // Of bytes that lie in pieces, as they came from a network: INVALID_ARGUMENT unless they are as many as the spec
  // says. A single piece is used as it is. With more the tensor is not flat: nobody may look at its elements until they
  // were copied to where they are wanted, so that this is their only copy.
  static absl::StatusOr<Tensor> FromPieces(TensorSpec spec, const absl::Cord& bytes);
  bool is_flat() const { return !in_pieces_; }
  // The same tensor if it is flat, else a copy that is. RESOURCE_EXHAUSTED when the memory is not to be had.
  absl::StatusOr<Tensor> Flat() const;
  // Into byte_size() bytes, of a tensor that need not be flat.
  void CopyElementsTo(void* out) const;

  // Copies `elements`, for tests and literals. Requires as many as the shape says.
  template <class T>
  static Tensor Of(Shape shape, const std::vector<T>& elements);
  template <class T>
  static Tensor Scalar(T element) {
    return Of<T>({}, std::vector<T>{element});
  }

  const TensorSpec& spec() const { return spec_; }
  DType dtype() const { return spec_.dtype; }
  const Shape& shape() const { return spec_.shape; }
  size_t rank() const { return spec_.shape.rank(); }
  int64_t numel() const { return spec_.numel(); }
  size_t byte_size() const { return spec_.byte_size(); }

  const void* data() const { return data_; }
  // The elements. Requires T to be the element type.
  template <class T>
  absl::Span<const T> elements() const {
    // Not in braces: for bool they would mean a list of two elements.
    return absl::Span<const T>(static_cast<const T*>(data_), static_cast<size_t>(numel()));
  }
  // The bytes.
  absl::Span<const uint8_t> bytes() const { return {static_cast<const uint8_t*>(data_), byte_size()}; }

  // For the maker, before the tensor is shared. Requires storage from Allocate or Zeros.
  void* mutable_data() { return const_cast<void*>(data_); }
  template <class T>
  absl::Span<T> mutable_elements() {
    return absl::Span<T>(static_cast<T*>(mutable_data()), static_cast<size_t>(numel()));
  }

  // The same bytes under another shape. INVALID_ARGUMENT, in torch's words, unless the element counts agree.
  absl::StatusOr<Tensor> Reshape(Shape shape) const;
  // The rows [begin, end) along axis 0, as a view. Requires rank >= 1 and 0 <= begin <= end <= shape()[0].
  Tensor Rows(int64_t begin, int64_t end) const;

  // Keeps the bytes alive, for views that Wrap makes.
  const std::shared_ptr<const void>& owner() const { return owner_; }
  // Whether both are views of the same storage: torch's notion of a shared tensor.
  bool SharesStorageWith(const Tensor& other) const { return owner_ != nullptr && owner_ == other.owner_; }

 private:
  TensorSpec spec_;
  std::shared_ptr<const void> owner_;
  const void* data_ = nullptr;
  bool in_pieces_ = false;  // The owner is an absl::Cord, and there is no data.
};

template <class T>
Tensor Tensor::Of(Shape shape, const std::vector<T>& elements) {
  Tensor tensor = *Allocate({kDTypeOf<T>, std::move(shape)});
  T* out = static_cast<T*>(tensor.mutable_data());
  for (const T element : elements) *out++ = element;
  return tensor;
}

}  // namespace moduled::nn
