#include "nn/tensor/convert.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "nn/tensor/half.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// The 16-bit floats as types of their own.
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

template <class T>
auto Load(T value) {
  if constexpr (std::is_same_v<T, Half>) {
    return HalfToFloat(value.bits);
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return BFloat16ToFloat(value.bits);
  } else {
    return value;
  }
}

template <class To, class From>
To Store(From value) {
  if constexpr (std::is_same_v<To, Half>) {
    return {FloatToHalf(static_cast<float>(value))};
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    return {FloatToBFloat16(static_cast<float>(value))};
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(value)) return 0;
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

// Calls visit with a pointer type's value type for the element type.
template <class Visit>
void WithType(DType dtype, Visit visit) {
  switch (dtype) {
    case DType::kFloat32:
      return visit(float{});
    case DType::kFloat64:
      return visit(double{});
    case DType::kFloat16:
      return visit(Half{});
    case DType::kBFloat16:
      return visit(BFloat16{});
    case DType::kInt64:
      return visit(int64_t{});
    case DType::kInt32:
      return visit(int32_t{});
    case DType::kInt8:
      return visit(int8_t{});
    case DType::kUInt8:
      return visit(uint8_t{});
    case DType::kBool:
      return visit(bool{});
  }
}

}  // namespace

absl::StatusOr<Tensor> Convert(const Tensor& tensor, DType dtype) {
  if (tensor.dtype() == dtype) return tensor;
  ASSIGN_OR_RETURN(Tensor out, Tensor::Allocate({dtype, tensor.shape()}));
  const int64_t count = tensor.numel();
  WithType(tensor.dtype(), [&]<class From>(From) {
    WithType(dtype, [&]<class To>(To) {
      const auto* source = static_cast<const From*>(tensor.data());
      auto* target = static_cast<To*>(out.mutable_data());
      for (int64_t i = 0; i < count; ++i) target[i] = Store<To>(Load(source[i]));
    });
  });
  return out;
}

}  // namespace moduled::nn
