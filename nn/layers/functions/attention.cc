#include "nn/layers/functions/attention.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attention_scores.h"
#include "nn/layers/formula.h"
#include "nn/layers/stochastic_depth.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// Which positions take part: each one itself and those before it.
absl::StatusOr<Value> CausalMask(Trace& trace, int64_t rows, int64_t columns) {
  const TensorSpec spec{DType::kBool, {rows, columns}};
  RETURN_IF_ERROR(spec.Check());
  ASSIGN_OR_RETURN(Tensor mask, Tensor::Zeros(spec));
  const absl::Span<bool> elements = mask.mutable_elements<bool>();
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column <= row && column < columns; ++column) elements[row * columns + column] = true;
  }
  return trace.Constant(std::move(mask));
}

// A mask of bools says who takes part: the opposite of MultiheadAttention's.
absl::StatusOr<Value> AddedMask(Trace& trace, Value mask, DType dtype) {
  if (trace.spec(mask).dtype != DType::kBool) {
    if (trace.spec(mask).dtype == dtype) return mask;
    return absl::InvalidArgumentError(
        absl::StrCat("Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ",
                     ScalarName(trace.spec(mask).dtype), " and  query.dtype: ", ScalarName(dtype), " instead."));
  }
  ASSIGN_OR_RETURN(Tensor zero, Tensor::Zeros({dtype, {}}));
  Formula f(trace);
  return f.Result(f.Where(mask, trace.Constant(std::move(zero)), -std::numeric_limits<double>::infinity()));
}

absl::StatusOr<std::optional<Value>> ReadMask(Trace& trace, const BoundArguments& bound, const TensorSpec& query,
                                              const Shape& key) {
  ASSIGN_OR_RETURN(const bool is_causal, bound.Bool(5, false));
  if (bound.IsNone(3) && !is_causal) return std::optional<Value>();
  if (!bound.IsNone(3) && is_causal) {
    return absl::InvalidArgumentError(
        "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True");
  }
  Value mask;
  if (is_causal) {
    ASSIGN_OR_RETURN(mask, CausalMask(trace, query.shape.At(-2), key.At(-2)));
  } else {
    ASSIGN_OR_RETURN(mask, bound.Tensor(3));
  }
  ASSIGN_OR_RETURN(const Value added, AddedMask(trace, mask, query.dtype));
  return std::optional<Value>(added);
}

absl::StatusOr<std::optional<double>> OptionalFloat(const BoundArguments& bound, size_t index) {
  if (bound.IsNone(index)) return std::optional<double>();
  const double* number = bound.Find(index)->As<double>();
  const int64_t* whole = bound.Find(index)->As<int64_t>();
  if (number == nullptr && whole == nullptr) return bound.WrongType(index, "float");
  return std::optional<double>(number != nullptr ? *number : static_cast<double>(*whole));
}

// scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None)
absl::StatusOr<Symbol> ScaledDotProductAttention(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("scaled_dot_product_attention", /*is_method=*/false,
                                                                    {{"query"},
                                                                     {"key"},
                                                                     {"value"},
                                                                     {"attn_mask", kOptional},
                                                                     {"dropout_p", kOptional},
                                                                     {"is_causal", kOptional},
                                                                     {"scale", kKeywordOnly}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const Value query, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value key, bound.Tensor(1));
  ASSIGN_OR_RETURN(const Value value, bound.Tensor(2));
  for (const Value x : {query, key, value}) {
    if (trace.spec(x).shape.rank() >= 2) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "scaled_dot_product_attention: Expected query, key, and value to all be  at least 2 dimensional, but got ",
        "query.dim: ", trace.spec(query).shape.rank(), ", key.dim: ", trace.spec(key).shape.rank(),
        " and value.dim: ", trace.spec(value).shape.rank(), " instead."));
  }
  const TensorSpec query_spec = trace.spec(query);
  const Shape key_shape = trace.spec(key).shape;
  ASSIGN_OR_RETURN(const std::optional<Value> mask, ReadMask(trace, bound, query_spec, key_shape));
  AttentionOptions options;
  ASSIGN_OR_RETURN(const std::optional<double> dropout, OptionalFloat(bound, 4));
  options.dropout = dropout.value_or(0);
  options.seed = SeedOfCall(query);
  if (!(options.dropout >= 0 && options.dropout <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("dropout probability has to be between 0 and 1, but got ", FloatRepr(options.dropout)));
  }
  ASSIGN_OR_RETURN(options.scale, OptionalFloat(bound, 6));
  ASSIGN_OR_RETURN(const AttentionResult result, Attend(trace, query, key, value, mask, options));
  return Symbol(result.output);
}

constexpr Function kFunctions[] = {
    {"scaled_dot_product_attention", ScaledDotProductAttention},
};

}  // namespace

absl::Span<const Function> AttentionFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
