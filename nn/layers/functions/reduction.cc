#include "nn/layers/functions/reduction.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/functions/promotion.h"
#include "nn/layers/functions/reduced_dims.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/ops/compare.h"
#include "nn/ops/div.h"
#include "nn/ops/logsumexp.h"
#include "nn/ops/mean.h"
#include "nn/ops/mul.h"
#include "nn/ops/norm.h"
#include "nn/ops/prod.h"
#include "nn/ops/sqrt.h"
#include "nn/ops/sub.h"
#include "nn/ops/sum.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// The input of a function (input, dim=None, keepdim=False, …) and what it reduces.
struct Reduction {
  BoundArguments bound;
  Value input;
  ReducedAxes axes;
};

absl::StatusOr<Reduction> BindReduction(const Trace& trace, absl::string_view function, const Arguments& arguments,
                                        FormalArgument option = {"dtype", kKeywordOnly}) {
  ASSIGN_OR_RETURN(BoundArguments bound,
                   BoundArguments::Bind(std::string(function), /*is_method=*/false,
                                        {{"input"}, {"dim", kOptional}, {"keepdim", kOptional}, option}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(ReducedAxes axes, ReadReducedAxes(bound, 1, 2, trace.spec(input).shape.rank()));
  return Reduction{std::move(bound), input, std::move(axes)};
}

// What torch sums in: integers and bools become int64.
absl::StatusOr<Value> AsSummands(Trace& trace, const Reduction& reduction) {
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, reduction.bound.OptionalDType(3));
  const DType own = trace.spec(reduction.input).dtype;
  return CastTo(trace, reduction.input, dtype.value_or(IsFloatingPoint(own) ? own : DType::kInt64));
}

// The sum in a type that has a kernel for it, as the type that was asked for.
absl::StatusOr<Value> SumOver(Trace& trace, Value input, const ReducedAxes& axes) {
  const DType dtype = trace.spec(input).dtype;
  if (IsFloatingPoint(dtype) || dtype == DType::kInt64) return trace.Apply<SumOp>(axes, {input});
  ASSIGN_OR_RETURN(const Value wide, CastTo(trace, input, DType::kInt64));
  ASSIGN_OR_RETURN(const Value sum, trace.Apply<SumOp>(axes, {wide}));
  return CastTo(trace, sum, dtype);
}

// sum(input, dim=None, keepdim=False, *, dtype=None)
absl::StatusOr<Symbol> Sum(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Reduction reduction, BindReduction(trace, "sum", arguments));
  ASSIGN_OR_RETURN(const Value summands, AsSummands(trace, reduction));
  return SumOver(trace, summands, reduction.axes);
}

// prod(input, dim=None, keepdim=False, *, dtype=None): one axis or all of them
absl::StatusOr<Symbol> Prod(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Reduction reduction, BindReduction(trace, "prod", arguments));
  if (!reduction.bound.IsNone(1)) RETURN_IF_ERROR(reduction.bound.Int(1).status());
  ASSIGN_OR_RETURN(const Value factors, AsSummands(trace, reduction));
  const Shape shape = trace.spec(factors).shape;
  ASSIGN_OR_RETURN(Shape result, ReducedShape(reduction.axes, shape));
  Value row = factors;
  int64_t axis = reduction.axes.axes.empty() ? 0 : reduction.axes.axes[0];
  if (reduction.axes.axes.size() != 1) {  // All axes: the product does not care in which order.
    axis = 0;
    ASSIGN_OR_RETURN(row, ReshapeTo(trace, factors, {shape.numel()}));
  }
  ASSIGN_OR_RETURN(const Value product, trace.Apply<ProdOp>({.axis = axis}, {row}));
  return ReshapeTo(trace, product, std::move(result));
}

absl::StatusOr<Value> CountOf(Trace& trace, const Reduction& reduction, Comparison comparison) {
  ASSIGN_OR_RETURN(const Value zero, AsTensor(trace, Symbol(0), trace.spec(reduction.input).dtype));
  ASSIGN_OR_RETURN(const Value holds, trace.Apply<CompareOp>({.comparison = comparison}, {reduction.input, zero}));
  ASSIGN_OR_RETURN(const Value ones, CastTo(trace, holds, DType::kInt64));
  return trace.Apply<SumOp>(reduction.axes, {ones});
}

// Whether that many elements are none, or some.
absl::StatusOr<Symbol> Decide(Trace& trace, Value count, Comparison comparison, DType input) {
  ASSIGN_OR_RETURN(const Value none, AsTensor(trace, Symbol(0), DType::kInt64));
  ASSIGN_OR_RETURN(const Value decided, trace.Apply<CompareOp>({.comparison = comparison}, {count, none}));
  // torch answers bytes for bytes.
  return CastTo(trace, decided, input == DType::kUInt8 ? DType::kUInt8 : DType::kBool);
}

// any(input, dim=None, keepdim=False)
absl::StatusOr<Symbol> Any(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Reduction reduction, BindReduction(trace, "any", arguments));
  ASSIGN_OR_RETURN(const Value count, CountOf(trace, reduction, Comparison::kNotEqual));
  return Decide(trace, count, Comparison::kNotEqual, trace.spec(reduction.input).dtype);
}

// all(input, dim=None, keepdim=False)
absl::StatusOr<Symbol> All(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Reduction reduction, BindReduction(trace, "all", arguments));
  ASSIGN_OR_RETURN(const Value count, CountOf(trace, reduction, Comparison::kEqual));
  return Decide(trace, count, Comparison::kEqual, trace.spec(reduction.input).dtype);
}

// The mean of the squares around the mean, divided by n - correction.
absl::StatusOr<Value> Variance(Trace& trace, const Reduction& reduction) {
  const TensorSpec spec = trace.spec(reduction.input);
  if (!IsFloatingPoint(spec.dtype)) {
    return absl::InvalidArgumentError("std and var only support floating point and complex dtypes");
  }
  int64_t correction = 1;
  if (!reduction.bound.IsNone(3)) {
    ASSIGN_OR_RETURN(correction, reduction.bound.Int(3));
  }
  ASSIGN_OR_RETURN(const Value mean,
                   trace.Apply<MeanOp>({.axes = reduction.axes.axes, .keepdim = true}, {reduction.input}));
  ASSIGN_OR_RETURN(const Value centred, trace.Apply<SubOp>({}, {reduction.input, mean}));
  ASSIGN_OR_RETURN(const Value squares, trace.Apply<MulOp>({}, {centred, centred}));
  ASSIGN_OR_RETURN(const Value sum, trace.Apply<SumOp>(reduction.axes, {squares}));
  double count = 1;
  for (const int64_t axis : reduction.axes.axes) count *= static_cast<double>(spec.shape[axis]);
  ASSIGN_OR_RETURN(const Value divisor,
                   AsTensor(trace, Symbol(std::max(0.0, count - static_cast<double>(correction))), spec.dtype));
  return trace.Apply<DivOp>({}, {sum, divisor});
}

// var(input, dim=None, keepdim=False, *, correction=1)
absl::StatusOr<Symbol> Var(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Reduction reduction, BindReduction(trace, "var", arguments, {"correction", kKeywordOnly}));
  return Variance(trace, reduction);
}

// std(input, dim=None, keepdim=False, *, correction=1)
absl::StatusOr<Symbol> Std(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Reduction reduction, BindReduction(trace, "std", arguments, {"correction", kKeywordOnly}));
  ASSIGN_OR_RETURN(const Value variance, Variance(trace, reduction));
  return trace.Apply<SqrtOp>({}, {variance});
}

// logsumexp(input, dim, keepdim=False)
absl::StatusOr<Symbol> Logsumexp(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(Reduction reduction, BindReduction(trace, "logsumexp", arguments));
  if (!IsFloatingPoint(trace.spec(reduction.input).dtype)) {
    ASSIGN_OR_RETURN(reduction.input, CastTo(trace, reduction.input, DType::kFloat32));
  }
  return trace.Apply<LogsumexpOp>(reduction.axes, {reduction.input});
}

// norm(input, p=2, dim=None, keepdim=False): vector norms; p is a number or "fro"
absl::StatusOr<Symbol> Norm(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("norm", /*is_method=*/false,
                           {{"input"}, {"p", kOptional}, {"dim", kOptional}, {"keepdim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  const TensorSpec& spec = trace.spec(input);
  if (!IsFloatingPoint(spec.dtype)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "norm(): input dtype should be either floating point or complex. Got ", ScalarName(spec.dtype), " instead."));
  }
  double p = 2;
  if (!bound.IsNone(1)) {
    const Symbol& given = *bound.Find(1);
    const std::optional<int64_t> integer = AsInt(given);
    const std::string* const name = given.As<std::string>();
    if (const double* number = given.As<double>()) {
      p = *number;
    } else if (integer.has_value()) {
      p = static_cast<double>(*integer);
    } else if (name == nullptr || *name != "fro") {
      return absl::InvalidArgumentError("norm(): only numbers and 'fro' are supported for p");
    }
  }
  ASSIGN_OR_RETURN(ReducedAxes axes, ReadReducedAxes(bound, 2, 3, spec.shape.rank()));
  return trace.Apply<NormOp>({.p = p, .over = std::move(axes)}, {input});
}

constexpr Function kFunctions[] = {
    {"sum", Sum}, {"prod", Prod},           {"any", Any},   {"all", All}, {"var", Var},
    {"std", Std}, {"logsumexp", Logsumexp}, {"norm", Norm},
};

}  // namespace

absl::Span<const Function> ReductionFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
