#include "nn/layers/functions/promotion.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/tensor/half.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// None: no operand of this kind was seen.
using Seen = std::optional<DType>;

absl::StatusOr<Seen> Promote(Seen a, Seen b) {
  if (!a.has_value()) return b;
  if (!b.has_value()) return a;
  ASSIGN_OR_RETURN(const DType promoted, PromoteTypes(*a, *b));
  return promoted;
}

// The lower operands count only if theirs is the higher category.
absl::StatusOr<Seen> Combine(Seen higher, Seen lower) {
  if (!higher.has_value() || !lower.has_value()) return Promote(higher, lower);
  if (IsFloatingPoint(*higher)) return higher;
  if (*higher == DType::kBool || IsFloatingPoint(*lower)) return Promote(higher, lower);
  return higher;
}

int Bits(DType dtype) { return static_cast<int>(SizeOf(dtype) * 8); }

template <class T>
T NumberAs(const Symbol& number) {
  if (const bool* flag = number.As<bool>()) return static_cast<T>(*flag);
  if (const int64_t* integer = number.As<int64_t>()) return static_cast<T>(*integer);  // Wraps around, as in torch.
  return static_cast<T>(*number.As<double>());
}

// `dtype` is an integer type only for ints and bools: a float's result type is a floating one.
absl::StatusOr<Tensor> NumberTensor(const Symbol& number, DType dtype) {
  ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate({dtype, {}}));
  void* out = tensor.mutable_data();
  switch (dtype) {
    case DType::kFloat32:
      *static_cast<float*>(out) = NumberAs<float>(number);
      break;
    case DType::kFloat64:
      *static_cast<double*>(out) = NumberAs<double>(number);
      break;
    case DType::kFloat16:
      *static_cast<uint16_t*>(out) = FloatToHalf(NumberAs<float>(number));
      break;
    case DType::kBFloat16:
      *static_cast<uint16_t*>(out) = FloatToBFloat16(NumberAs<float>(number));
      break;
    case DType::kInt64:
      *static_cast<int64_t*>(out) = NumberAs<int64_t>(number);
      break;
    case DType::kInt32:
      *static_cast<int32_t*>(out) = static_cast<int32_t>(NumberAs<int64_t>(number));
      break;
    case DType::kInt8:
      *static_cast<int8_t*>(out) = static_cast<int8_t>(NumberAs<int64_t>(number));
      break;
    case DType::kUInt8:
      *static_cast<uint8_t*>(out) = static_cast<uint8_t>(NumberAs<int64_t>(number));
      break;
    case DType::kBool:
      *static_cast<bool*>(out) = NumberAs<bool>(number);
      break;
  }
  return tensor;
}

}  // namespace

bool IsNumber(const Symbol& symbol) { return symbol.Is<bool>() || symbol.Is<int64_t>() || symbol.Is<double>(); }

absl::StatusOr<DType> PromoteTypes(DType a, DType b) {
  if (a == b || b == DType::kBool) return a;
  if (a == DType::kBool) return b;
  if (IsFloatingPoint(a) != IsFloatingPoint(b)) return IsFloatingPoint(a) ? a : b;
  if (Bits(a) != Bits(b)) return Bits(a) > Bits(b) ? a : b;
  if (IsFloatingPoint(a)) return DType::kFloat32;  // float16 with bfloat16.
  return absl::InvalidArgumentError(
      absl::StrCat("the common type of ", Name(a), " and ", Name(b), " is int16, which is not supported"));
}

absl::StatusOr<DType> ResultType(const Trace& trace, absl::Span<const Symbol> operands) {
  Seen tensors, scalars, numbers;
  for (const Symbol& operand : operands) {
    if (const Value* value = operand.As<Value>()) {
      const TensorSpec& spec = trace.spec(*value);
      Seen& seen = spec.shape.rank() == 0 ? scalars : tensors;
      ASSIGN_OR_RETURN(seen, Promote(seen, spec.dtype));
    } else {
      const DType dtype = operand.Is<double>()    ? DType::kFloat32  // torch.get_default_dtype().
                          : operand.Is<int64_t>() ? DType::kInt64
                                                  : DType::kBool;
      ASSIGN_OR_RETURN(numbers, Promote(numbers, dtype));
    }
  }
  ASSIGN_OR_RETURN(const Seen lower, Combine(scalars, numbers));
  ASSIGN_OR_RETURN(const Seen result, Combine(tensors, lower));
  if (!result.has_value()) return absl::InternalError("a result type needs at least one operand");
  return *result;
}

absl::StatusOr<Value> AsTensor(Trace& trace, const Symbol& operand, DType dtype) {
  if (const Value* value = operand.As<Value>()) return CastTo(trace, *value, dtype);
  ASSIGN_OR_RETURN(Tensor tensor, NumberTensor(operand, dtype));
  return trace.Constant(std::move(tensor));
}

}  // namespace moduled::nn::functions
