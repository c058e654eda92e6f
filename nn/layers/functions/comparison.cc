#include "nn/layers/functions/comparison.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/functions/operands.h"
#include "nn/layers/functions/python_numbers.h"
#include "nn/modules/python_text.h"
#include "nn/ops/compare.h"
#include "nn/ops/logical.h"
#include "nn/ops/logical_not.h"
#include "nn/ops/maximum.h"
#include "nn/ops/minimum.h"
#include "nn/ops/where.h"

namespace moduled::nn::functions {
namespace {

// a <op> b of numbers, strings, and for equality of anything.
absl::StatusOr<Symbol> PythonCompare(Comparison comparison, absl::string_view op, const Symbol& a, const Symbol& b) {
  const bool equal = PythonEqual(a, b);
  if (comparison == Comparison::kEqual) return Symbol(equal);
  if (comparison == Comparison::kNotEqual) return Symbol(!equal);
  ASSIGN_OR_RETURN(const bool less, PythonLess(op, a, b));
  ASSIGN_OR_RETURN(const bool greater, PythonLess(op, b, a));
  switch (comparison) {
    case Comparison::kLess:
      return Symbol(less);
    case Comparison::kLessEqual:
      return Symbol(less || equal);
    case Comparison::kGreater:
      return Symbol(greater);
    default:
      return Symbol(greater || equal);
  }
}

struct Relation {
  absl::string_view name;
  absl::string_view op;
};
constexpr Relation kRelations[] = {
    // By Comparison.
    {"eq", "=="}, {"ne", "!="}, {"lt", "<"}, {"le", "<="}, {"gt", ">"}, {"ge", ">="},
};

// eq(input, other) and so on
template <Comparison kComparison>
absl::StatusOr<Symbol> Compare(Trace& trace, const Arguments& arguments) {
  constexpr Relation kRelation = kRelations[static_cast<size_t>(kComparison)];
  ASSIGN_OR_RETURN(const Operands operands, BindOperands(kRelation.name, kRelation.op, arguments));
  if (!operands.HaveTensor()) return PythonCompare(kComparison, kRelation.op, operands.a, operands.b);
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, {operands.a, operands.b}));
  return ApplyBinary<CompareOp>(trace, operands, dtype, {.comparison = kComparison});
}

constexpr absl::string_view kLogicalNames[] = {"logical_and", "logical_or", "logical_xor"};  // By LogicalFunction.

// logical_and(input, other) and so on: tensors
template <LogicalFunction kFunction>
absl::StatusOr<Symbol> Logical(Trace& trace, const Arguments& arguments) {
  constexpr absl::string_view kName = kLogicalNames[static_cast<size_t>(kFunction)];
  ASSIGN_OR_RETURN(const Operands operands, BindOperands(kName, kName, arguments));
  for (const size_t i : {0, 1}) RETURN_IF_ERROR(operands.bound.Tensor(i).status());
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, {operands.a, operands.b}));
  return ApplyBinary<LogicalOp>(trace, operands, dtype, {.function = kFunction});
}

struct Bitwise {
  absl::string_view name;
  absl::string_view op;
};
constexpr Bitwise kBitwise[] = {{"bitwise_and", "&"}, {"bitwise_or", "|"}, {"bitwise_xor", "^"}};  // As above.

// bitwise_and(input, other) and so on: masks
template <LogicalFunction kFunction>
absl::StatusOr<Symbol> BitwiseOfMasks(Trace& trace, const Arguments& arguments) {
  constexpr Bitwise kFunctionName = kBitwise[static_cast<size_t>(kFunction)];
  ASSIGN_OR_RETURN(const Operands operands, BindOperands(kFunctionName.name, kFunctionName.op, arguments));
  if (!operands.HaveTensor()) return UnsupportedOperands(kFunctionName.op, operands.a, operands.b);
  if (!IsBool(trace, operands.a) || !IsBool(trace, operands.b)) {
    return absl::InvalidArgumentError(absl::StrCat(kFunctionName.name, "(): only tensors of bools are supported (got ",
                                                   TypeName(operands.a), " and ", TypeName(operands.b),
                                                   " of other types)"));
  }
  return ApplyBinary<LogicalOp>(trace, operands, DType::kBool, {.function = kFunction});
}

// logical_not(input)
absl::StatusOr<Symbol> LogicalNot(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("logical_not", /*is_method=*/false, {{"input"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  return trace.Apply<LogicalNotOp>({}, {input});
}

// bitwise_not(input): a mask
absl::StatusOr<Symbol> BitwiseNot(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("bitwise_not", /*is_method=*/false, {{"input"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  if (trace.spec(input).dtype != DType::kBool) {
    return absl::InvalidArgumentError(
        absl::StrCat("bitwise_not(): only tensors of bools are supported (got ", Name(trace.spec(input).dtype), ")"));
  }
  return trace.Apply<LogicalNotOp>({}, {input});
}

// maximum(input, other), minimum(input, other): tensors
template <Operator T>
absl::StatusOr<Symbol> Choose(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Operands operands, BindOperands(T::kName, T::kName, arguments));
  for (const size_t i : {0, 1}) RETURN_IF_ERROR(operands.bound.Tensor(i).status());
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, {operands.a, operands.b}));
  return ApplyBinary<T>(trace, operands, dtype);
}

// where(condition, input, other): input and other are tensors or numbers
absl::StatusOr<Symbol> Where(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("where", /*is_method=*/false,
                                                                    {{"condition"}, {"input"}, {"other"}}, arguments));
  ASSIGN_OR_RETURN(const Value condition, bound.Tensor(0));
  const DType dtype = trace.spec(condition).dtype;
  if (dtype != DType::kBool && dtype != DType::kUInt8) {
    return absl::InvalidArgumentError(absl::StrCat(
        "where expected condition to be a boolean tensor, but got a tensor with dtype ", ScalarName(dtype)));
  }
  for (const size_t i : {1, 2}) {
    if (!bound.Find(i)->Is<Value>() && !IsNumber(*bound.Find(i))) return bound.WrongType(i, "Tensor");
  }
  ASSIGN_OR_RETURN(const DType common, ResultType(trace, {*bound.Find(1), *bound.Find(2)}));
  ASSIGN_OR_RETURN(const Value mask, CastTo(trace, condition, DType::kBool));
  ASSIGN_OR_RETURN(const Value a, AsTensor(trace, *bound.Find(1), common));
  ASSIGN_OR_RETURN(const Value b, AsTensor(trace, *bound.Find(2), common));
  return trace.Apply<WhereOp>({}, {mask, a, b});
}

// masked_fill(input, mask, value): value is a number or a tensor without axes
absl::StatusOr<Symbol> MaskedFill(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("masked_fill", /*is_method=*/false,
                                                                    {{"input"}, {"mask"}, {"value"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(Value mask, bound.Tensor(1));
  const DType dtype = trace.spec(mask).dtype;
  if (dtype != DType::kBool && dtype != DType::kUInt8) {
    return absl::InvalidArgumentError(absl::StrCat("expected mask dtype to be Bool but got dtype ", ScalarName(dtype)));
  }
  const Value* tensor = bound.Find(2)->As<Value>();
  if (tensor == nullptr && !IsNumber(*bound.Find(2))) return bound.WrongType(2, "Number");
  if (tensor != nullptr && trace.spec(*tensor).shape.rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ",
                     trace.spec(*tensor).shape.rank(), " dimension(s)."));
  }
  ASSIGN_OR_RETURN(mask, CastTo(trace, mask, DType::kBool));
  ASSIGN_OR_RETURN(const Value value, AsTensor(trace, *bound.Find(2), trace.spec(input).dtype));
  return trace.Apply<WhereOp>({}, {mask, value, input});
}

// _assert(condition, message): on what is known while tracing
absl::StatusOr<Symbol> Assert(Trace&, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("_assert", /*is_method=*/false, {{"condition"}, {"message"}}, arguments));
  if (bound.Find(0)->Is<Value>()) {
    return absl::InvalidArgumentError(
        "_assert(): the condition depends on the elements of a tensor, which only a run knows");
  }
  if (!IsNumber(*bound.Find(0))) return bound.WrongType(0, "bool");
  if (!PythonEqual(*bound.Find(0), Symbol(0))) return Symbol(Symbol::None{});
  const std::string* message = bound.Find(1)->As<std::string>();
  return absl::InvalidArgumentError(absl::StrCat("AssertionError: ", message == nullptr ? "" : *message));
}

constexpr Function kFunctions[] = {
    {"eq", Compare<Comparison::kEqual>},
    {"ne", Compare<Comparison::kNotEqual>},
    {"lt", Compare<Comparison::kLess>},
    {"le", Compare<Comparison::kLessEqual>},
    {"gt", Compare<Comparison::kGreater>},
    {"ge", Compare<Comparison::kGreaterEqual>},
    {"logical_and", Logical<LogicalFunction::kAnd>},
    {"logical_or", Logical<LogicalFunction::kOr>},
    {"logical_xor", Logical<LogicalFunction::kXor>},
    {"bitwise_and", BitwiseOfMasks<LogicalFunction::kAnd>},
    {"bitwise_or", BitwiseOfMasks<LogicalFunction::kOr>},
    {"bitwise_xor", BitwiseOfMasks<LogicalFunction::kXor>},
    {"logical_not", LogicalNot},
    {"bitwise_not", BitwiseNot},
    {"maximum", Choose<MaximumOp>},
    {"minimum", Choose<MinimumOp>},
    {"where", Where},
    {"masked_fill", MaskedFill},
    {"_assert", Assert},
};

}  // namespace

absl::Span<const Function> ComparisonFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
