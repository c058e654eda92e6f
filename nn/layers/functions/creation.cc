#include "nn/layers/functions/creation.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/functions/promotion.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/ops/arange.h"
#include "nn/ops/expand.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

constexpr double kLargestExactInt = 9007199254740992;  // 2^53: what ArangeOp's doubles hold.

absl::StatusOr<Symbol> Filled(Trace& trace, Shape shape, const Symbol& value, DType dtype) {
  for (const int64_t extent : shape) {
    if (extent < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Trying to create tensor with negative dimension ", extent, ": ", shape.ToString()));
    }
  }
  ASSIGN_OR_RETURN(const Value element, AsTensor(trace, value, dtype));
  if (shape.rank() == 0) return element;
  return trace.Apply<ExpandOp>({.shape = std::move(shape)}, {element});
}

// What a number is made a tensor of where nobody says.
DType DTypeOf(const Symbol& number) {
  if (number.Is<bool>()) return DType::kBool;
  return number.Is<int64_t>() ? DType::kInt64 : DType::kFloat32;
}

// full(size, fill_value, *, dtype=None)
absl::StatusOr<Symbol> Full(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("full", /*is_method=*/false,
                                        {{"size"}, {"fill_value"}, {"dtype", kKeywordOnly}}, arguments));
  ASSIGN_OR_RETURN(const std::vector<int64_t> size, bound.Ints(0));
  const Symbol& value = *bound.Find(1);
  if (!IsNumber(value)) return bound.WrongType(1, "Number");
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, bound.OptionalDType(2));
  return Filled(trace, Shape(size), value, dtype.value_or(DTypeOf(value)));
}

// zeros(size, *, dtype=None), ones(size, *, dtype=None)
template <int64_t kValue>
absl::StatusOr<Symbol> Constant(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(kValue == 0 ? "zeros" : "ones", /*is_method=*/false,
                                                                    {{"size"}, {"dtype", kKeywordOnly}}, arguments));
  ASSIGN_OR_RETURN(const std::vector<int64_t> size, bound.Ints(0));
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, bound.OptionalDType(1));
  return Filled(trace, Shape(size), Symbol(kValue), dtype.value_or(DType::kFloat32));
}

// full_like(input, fill_value, *, dtype=None)
absl::StatusOr<Symbol> FullLike(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("full_like", /*is_method=*/false,
                                        {{"input"}, {"fill_value"}, {"dtype", kKeywordOnly}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  if (!IsNumber(*bound.Find(1))) return bound.WrongType(1, "Number");
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, bound.OptionalDType(2));
  const TensorSpec spec = trace.spec(input);
  return Filled(trace, spec.shape, *bound.Find(1), dtype.value_or(spec.dtype));
}

// new_full(input, size, fill_value, *, dtype=None)
absl::StatusOr<Symbol> NewFull(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("new_full", /*is_method=*/false,
                                        {{"input"}, {"size"}, {"fill_value"}, {"dtype", kKeywordOnly}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> size, bound.Ints(1));
  if (!IsNumber(*bound.Find(2))) return bound.WrongType(2, "Number");
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, bound.OptionalDType(3));
  return Filled(trace, Shape(size), *bound.Find(2), dtype.value_or(trace.spec(input).dtype));
}

absl::StatusOr<double> ReadNumber(const BoundArguments& bound, size_t index) {
  const Symbol& number = *bound.Find(index);
  if (const double* real = number.As<double>()) return *real;
  const std::optional<int64_t> integer = AsInt(number);
  if (!integer.has_value()) return bound.WrongType(index, "Number");
  const auto wide = static_cast<double>(*integer);
  if (std::abs(wide) > kLargestExactInt) {
    return absl::InvalidArgumentError(absl::StrCat("arange(): a bound is too large (got ", *integer, ")"));
  }
  return wide;
}

// arange(start, end, step, *, dtype=None)
absl::StatusOr<Symbol> Arange(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("arange", /*is_method=*/false,
                                        {{"start"}, {"end"}, {"step"}, {"dtype", kKeywordOnly}}, arguments));
  ASSIGN_OR_RETURN(const double start, ReadNumber(bound, 0));
  ASSIGN_OR_RETURN(const double end, ReadNumber(bound, 1));
  ASSIGN_OR_RETURN(const double step, ReadNumber(bound, 2));
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, bound.OptionalDType(3));
  if (step == 0) return absl::InvalidArgumentError("step must be nonzero");
  if (!std::isfinite(start) || !std::isfinite(end)) {
    return absl::InvalidArgumentError(absl::StrCat("unsupported range: ", FloatRepr(start), " -> ", FloatRepr(end)));
  }
  if ((step > 0 && end < start) || (step < 0 && end > start)) {
    return absl::InvalidArgumentError("upper bound and larger bound inconsistent with step sign");
  }
  const double count = std::ceil((end - start) / step);
  if (!(count < kLargestExactInt)) return absl::InvalidArgumentError("arange(): too many elements");
  bool reals = false;
  for (const size_t i : {0, 1, 2}) reals = reals || bound.Find(i)->Is<double>();
  const ArangeOp::Attrs attrs = {.dtype = dtype.value_or(reals ? DType::kFloat32 : DType::kInt64),
                                 .n = static_cast<int64_t>(count),
                                 .start = start,
                                 .step = step};
  return trace.Apply<ArangeOp>(attrs, absl::Span<const Value>());
}

constexpr Function kFunctions[] = {
    {"full", Full},          {"zeros", Constant<0>}, {"ones", Constant<1>},
    {"full_like", FullLike}, {"new_full", NewFull},  {"arange", Arange},
};

}  // namespace

absl::Span<const Function> CreationFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
