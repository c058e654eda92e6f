#include "nn/layers/functions/products.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/functions/einsum.h"
#include "nn/layers/functions/promotion.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/add.h"
#include "nn/ops/matmul.h"
#include "nn/ops/mul.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// value * a number; nothing is recorded for 1.
absl::StatusOr<Value> Scaled(Trace& trace, const BoundArguments& bound, size_t index, Value value) {
  if (bound.Find(index) == nullptr) return value;
  const Symbol& factor = *bound.Find(index);
  if (!IsNumber(factor)) return bound.WrongType(index, "Number");
  if (factor == Symbol(1) || factor == Symbol(1.0)) return value;
  ASSIGN_OR_RETURN(const Value scalar, AsTensor(trace, factor, trace.spec(value).dtype));
  return trace.Apply<MulOp>({}, {value, scalar});
}

// beta input + alpha (a @ b)
absl::StatusOr<Symbol> AddProduct(absl::string_view function, size_t rank, std::vector<FormalArgument> formals,
                                  Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(function), /*is_method=*/false, std::move(formals), arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value a, bound.Tensor(1));
  ASSIGN_OR_RETURN(const Value b, bound.Tensor(2));
  for (const Value matrix : {a, b}) {
    const size_t got = trace.spec(matrix).shape.rank();
    if (got != rank) {
      return absl::InvalidArgumentError(
          absl::StrCat(function, "(): the factors must be ", rank, "-D tensors (got a ", got, "-D tensor)"));
    }
  }
  ASSIGN_OR_RETURN(const Value product, trace.Apply<MatmulOp>({}, {a, b}));
  ASSIGN_OR_RETURN(const Value scaled_product, Scaled(trace, bound, 4, product));
  // torch takes a beta of 0 for "whatever the input holds".
  if (bound.Find(3) != nullptr && (*bound.Find(3) == Symbol(0) || *bound.Find(3) == Symbol(0.0))) {
    return scaled_product;
  }
  ASSIGN_OR_RETURN(const Value scaled_input, Scaled(trace, bound, 3, input));
  return trace.Apply<AddOp>({}, {scaled_input, scaled_product});
}

// addmm(input, mat1, mat2, *, beta=1, alpha=1)
absl::StatusOr<Symbol> Addmm(Trace& trace, const Arguments& arguments) {
  return AddProduct("addmm", 2, {{"input"}, {"mat1"}, {"mat2"}, {"beta", kKeywordOnly}, {"alpha", kKeywordOnly}}, trace,
                    arguments);
}

// baddbmm(input, batch1, batch2, *, beta=1, alpha=1)
absl::StatusOr<Symbol> Baddbmm(Trace& trace, const Arguments& arguments) {
  return AddProduct("baddbmm", 3, {{"input"}, {"batch1"}, {"batch2"}, {"beta", kKeywordOnly}, {"alpha", kKeywordOnly}},
                    trace, arguments);
}

// einsum(equation, operands)
absl::StatusOr<Symbol> CallEinsum(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("einsum", /*is_method=*/false, {{"equation"}, {"operands"}}, arguments));
  const std::string* const equation = bound.Find(0)->As<std::string>();
  if (equation == nullptr) return bound.WrongType(0, "str");
  ASSIGN_OR_RETURN(const std::vector<Value> operands, bound.Tensors(1));
  if (operands.empty()) return absl::InvalidArgumentError("einsum(): must provide at least one operand");
  return Einsum(trace, *equation, operands);
}

constexpr Function kFunctions[] = {
    {"addmm", Addmm},
    {"baddbmm", Baddbmm},
    {"einsum", CallEinsum},
};

}  // namespace

absl::Span<const Function> ProductFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
