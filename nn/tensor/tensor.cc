#include "nn/tensor/tensor.h"

#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/memory.h"

namespace moduled::nn {

static_assert(Tensor::kAlignment == kMemoryAlignment);

absl::StatusOr<Tensor> Tensor::Allocate(TensorSpec spec) {
  if (absl::Status status = spec.Check(); !status.ok()) return status;
  Memory memory = AllocateMemory(spec.byte_size());
  if (memory == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat("tensor: out of memory (", spec.ToString(), ")"));
  }
  const void* data = memory.get();
  return Wrap(std::move(spec), std::shared_ptr<const void>(std::move(memory)), data);
}

absl::StatusOr<Tensor> Tensor::Zeros(TensorSpec spec) {
  absl::StatusOr<Tensor> tensor = Allocate(std::move(spec));
  if (tensor.ok()) std::memset(tensor->mutable_data(), 0, tensor->byte_size());
  return tensor;
}

Tensor Tensor::Wrap(TensorSpec spec, std::shared_ptr<const void> owner, const void* data) {
  Tensor tensor;
  tensor.spec_ = std::move(spec);
  tensor.owner_ = std::move(owner);
  tensor.data_ = data;
  return tensor;
}

absl::StatusOr<Tensor> Tensor::FromBytes(TensorSpec spec, std::string bytes) {
  if (absl::Status status = spec.Check(); !status.ok()) return status;
  if (bytes.size() != spec.byte_size()) {
    return absl::InvalidArgumentError(absl::StrCat("data: wrong number of bytes for ", spec.ToString(), " (got ",
                                                   bytes.size(), ", want ", spec.byte_size(), ")"));
  }
  // A short string lives inside its own object: keep the object where it is and point into it.
  auto owner = std::make_shared<std::string>(std::move(bytes));
  const void* data = owner->data();
  if (reinterpret_cast<uintptr_t>(data) % SizeOf(spec.dtype) == 0) return Wrap(std::move(spec), std::move(owner), data);
  absl::StatusOr<Tensor> copy = Allocate(std::move(spec));
  if (copy.ok()) std::memcpy(copy->mutable_data(), data, owner->size());
  return copy;
}

absl::StatusOr<Tensor> Tensor::FromPieces(TensorSpec spec, const absl::Cord& bytes) {
  if (absl::Status status = spec.Check(); !status.ok()) return status;
  if (bytes.size() != spec.byte_size()) {
    return absl::InvalidArgumentError(absl::StrCat("data: wrong number of bytes for ", spec.ToString(), " (got ",
                                                   bytes.size(), ", want ", spec.byte_size(), ")"));
  }
  auto owner = std::make_shared<absl::Cord>(bytes);
  const absl::optional<absl::string_view> flat = owner->TryFlat();
  if (flat.has_value() && reinterpret_cast<uintptr_t>(flat->data()) % SizeOf(spec.dtype) == 0) {
    return Wrap(std::move(spec), std::move(owner), flat->data());
  }
  Tensor tensor = Wrap(std::move(spec), std::move(owner), nullptr);
  tensor.in_pieces_ = true;
  return tensor;
}

absl::StatusOr<Tensor> Tensor::Flat() const {
  if (is_flat()) return *this;
  absl::StatusOr<Tensor> flat = Allocate(spec_);
  if (flat.ok()) CopyElementsTo(flat->mutable_data());
  return flat;
}

void Tensor::CopyElementsTo(void* out) const {
  if (is_flat()) {
    if (byte_size() > 0) std::memcpy(out, data_, byte_size());
    return;
  }
  auto* to = static_cast<char*>(out);
  for (const absl::string_view piece : static_cast<const absl::Cord*>(owner_.get())->Chunks()) {
    std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  }
}

absl::StatusOr<Tensor> Tensor::Reshape(Shape shape) const {
  if (absl::Status status = shape.Check(); !status.ok()) return status;
  if (shape.numel() != numel()) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape '", shape.ToString(), "' is invalid for input of size ", numel()));
  }
  return Wrap({dtype(), std::move(shape)}, owner_, data_);
}

Tensor Tensor::Rows(int64_t begin, int64_t end) const {
  TensorSpec spec = spec_;
  spec.shape[0] = end - begin;
  const size_t row_bytes = static_cast<size_t>(spec_.shape.numel(1, rank())) * SizeOf(dtype());
  return Wrap(std::move(spec), owner_, static_cast<const uint8_t*>(data_) + static_cast<size_t>(begin) * row_bytes);
}

}  // namespace moduled::nn
