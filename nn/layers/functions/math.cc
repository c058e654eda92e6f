#include "nn/layers/functions/math.h"

#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/matmul.h"
#include "nn/ops/mean.h"
#include "nn/ops/relu.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// relu(input)
absl::StatusOr<Symbol> Relu(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("relu", /*is_method=*/false, {{"input"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  return trace.Apply<ReluOp>({}, {input});
}

absl::StatusOr<Symbol> Mean(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(
                       "mean", /*is_method=*/false,
                       {{"input"}, {"dim", kOptional}, {"keepdim", kOptional}, {"dtype", kKeywordOnly}}, arguments));
  ASSIGN_OR_RETURN(Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const bool keepdim, bound.Bool(2, false));
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, bound.OptionalDType(3));
  const DType computed = dtype.value_or(trace.spec(input).dtype);
  if (!IsFloatingPoint(computed)) {
    return absl::InvalidArgumentError(
        absl::StrCat("mean(): could not infer output dtype. ", dtype.has_value() ? "Optional" : "Input",
                     " dtype must be either a floating point or complex dtype. Got: ", ScalarName(computed)));
  }
  ASSIGN_OR_RETURN(input, CastTo(trace, input, computed));
  const size_t rank = trace.spec(input).shape.rank();
  std::vector<int64_t> axes;
  if (!bound.IsNone(1)) {
    ASSIGN_OR_RETURN(axes, bound.IntOrInts(1));
  }
  ASSIGN_OR_RETURN(axes, NormalizeAxes(axes, rank));
  if (axes.empty()) {  // No axis means every axis.
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), int64_t{0});
  }
  if (rank == 0) axes.clear();
  return trace.Apply<MeanOp>({.axes = std::move(axes), .keepdim = keepdim}, {input});
}

// matmul(input, other)
absl::StatusOr<Symbol> Matmul(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("matmul", /*is_method=*/false, {{"input"}, {"other"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value other, bound.Tensor(1));
  return trace.Apply<MatmulOp>({}, {input, other});
}

constexpr Function kFunctions[] = {
    {"relu", Relu},
    {"mean", Mean},
    {"matmul", Matmul},
};

}  // namespace

absl::Span<const Function> MathFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
