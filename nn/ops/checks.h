// What the shape rules of many operators check, in torch's words.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// Some element types.
class DTypeSet {
 public:
  constexpr DTypeSet(std::initializer_list<DType> dtypes) {
    for (DType dtype : dtypes) bits_ |= 1u << static_cast<unsigned>(dtype);
  }
  constexpr bool Contains(DType dtype) const { return (bits_ >> static_cast<unsigned>(dtype) & 1u) != 0; }

 private:
  uint32_t bits_ = 0;
};

// What kernels compute with. float16 and bfloat16 are for storage: whoever computes with them casts them first.
inline constexpr DTypeSet kComputedFloats = {DType::kFloat32, DType::kFloat64};
inline constexpr DTypeSet kComputedNumbers = {DType::kFloat32, DType::kFloat64, DType::kInt64,
                                              DType::kInt32,   DType::kInt8,    DType::kUInt8};
inline constexpr DTypeSet kComputedNumbersAndBool = {DType::kFloat32, DType::kFloat64, DType::kInt64, DType::kInt32,
                                                     DType::kInt8,    DType::kUInt8,   DType::kBool};

// `op`: the operator's name.
absl::Status CheckInputCount(absl::string_view op, absl::Span<const TensorSpec> in, size_t want);

// `implementation`: what torch calls the function that lacks the type, `"softmax_kernel_impl" not implemented for …`.
absl::Status CheckDType(absl::string_view implementation, DType dtype, const DTypeSet& implemented);

// Refuses inputs of different types: promotion happens before.
absl::Status CheckSameDType(absl::string_view op, absl::Span<const TensorSpec> in);

// Requires 0 <= axis < rank; a scalar counts as having one axis, as in torch.
absl::Status CheckAxis(int64_t axis, size_t rank);

}  // namespace moduled::nn
