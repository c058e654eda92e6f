#include "nn/layers/functions/torchvision.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/functions/shifted_window_attention.h"
#include "nn/layers/functions/tensor_index.h"
#include "nn/layers/rearrange.h"
#include "nn/layers/stochastic_depth.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/cat.h"
#include "nn/ops/pad.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

absl::StatusOr<double> Float(const BoundArguments& bound, size_t index, double otherwise) {
  if (bound.Find(index) == nullptr) return otherwise;
  if (const double* number = bound.Find(index)->As<double>()) return *number;
  const std::optional<int64_t> integer = AsInt(*bound.Find(index));
  if (!integer.has_value()) return bound.WrongType(index, "float");
  return static_cast<double>(*integer);
}

// stochastic_depth(input, p, mode, training=True)
absl::StatusOr<Symbol> CallStochasticDepth(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("stochastic_depth", /*is_method=*/false,
                                        {{"input"}, {"p"}, {"mode"}, {"training", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const double p, Float(bound, 1, 0));
  const std::string* const mode = bound.Find(2)->As<std::string>();
  if (mode == nullptr) return bound.WrongType(2, "str");
  ASSIGN_OR_RETURN(const bool training, bound.Bool(3, true));
  RETURN_IF_ERROR(CheckStochasticDepth(p, *mode));
  if (!training) return input;
  return StochasticDepth(trace, input, p, *mode == "row");
}

// Every second row and column, from these on.
absl::StatusOr<Value> Quarter(Trace& trace, Value input, int64_t row, int64_t column) {
  const auto every_second = [](int64_t first) {
    return Symbol(Symbol::Slice{{Symbol(first), Symbol(Symbol::None{}), Symbol(2)}});
  };
  const Symbol all = Symbol::Slice{{Symbol(Symbol::None{}), Symbol(Symbol::None{}), Symbol(Symbol::None{})}};
  return IndexTensor(trace, input, {Symbol(Symbol::Ellipsis{}), every_second(row), every_second(column), all});
}

// patch_merging_pad(x) of Swin Transformers: [..., H, W, C] -> [..., H / 2, W / 2, 4 C], halves rounded up
absl::StatusOr<Symbol> PatchMergingPad(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("patch_merging_pad", /*is_method=*/false, {{"x"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  const Shape& shape = trace.spec(input).shape;
  if (shape.rank() < 3) return absl::InvalidArgumentError("not enough values to unpack (expected 3)");
  PadOp::Attrs pad = {.begin = std::vector<int64_t>(shape.rank(), 0), .end = std::vector<int64_t>(shape.rank(), 0)};
  for (const size_t from_last : {2, 3}) pad.end[shape.rank() - from_last] = shape[shape.rank() - from_last] % 2;
  const auto channels = static_cast<int64_t>(shape.rank()) - 1;
  Value even = input;
  if (std::count(pad.end.begin(), pad.end.end(), 0) != static_cast<int64_t>(shape.rank())) {
    ASSIGN_OR_RETURN(even, trace.Apply<PadOp>(std::move(pad), {input}));
  }
  std::vector<Value> quarters;
  for (const int64_t column : {0, 1}) {
    for (const int64_t row : {0, 1}) {
      ASSIGN_OR_RETURN(const Value quarter, Quarter(trace, even, row, column));
      quarters.push_back(quarter);
    }
  }
  return trace.Apply<CatOp>({.axis = channels}, quarters);
}

// get_relative_position_bias(relative_position_bias_table, relative_position_index, window_size): [1, heads, N, N]
absl::StatusOr<Symbol> GetRelativePositionBias(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(
                       "get_relative_position_bias", /*is_method=*/false,
                       {{"relative_position_bias_table"}, {"relative_position_index"}, {"window_size"}}, arguments));
  ASSIGN_OR_RETURN(const Value table, bound.Tensor(0));
  RETURN_IF_ERROR(bound.Tensor(1).status());
  ASSIGN_OR_RETURN(const std::vector<int64_t> window, bound.Ints(2));
  int64_t positions = 0;
  if (window.size() != 2 || __builtin_mul_overflow(window[0], window[1], &positions)) {
    return absl::InvalidArgumentError("get_relative_position_bias(): window_size must be of length 2");
  }
  ASSIGN_OR_RETURN(const Value bias, IndexTensor(trace, table, {*bound.Find(1)}));
  ASSIGN_OR_RETURN(Shape shape, ResolveShape({positions, positions, -1}, trace.spec(bias).numel()));
  ASSIGN_OR_RETURN(const Value square, ReshapeTo(trace, bias, std::move(shape)));
  ASSIGN_OR_RETURN(const Value by_head, PermuteAxes(trace, square, {2, 0, 1}));
  return ReshapeTo(trace, by_head, {1, trace.spec(by_head).shape[0], positions, positions});
}

// shifted_window_attention(input, qkv_weight, proj_weight, relative_position_bias, window_size, num_heads, shift_size,
//                          attention_dropout=0.0, dropout=0.0, qkv_bias=None, proj_bias=None, logit_scale=None,
//                          training=True)
absl::StatusOr<Symbol> CallShiftedWindowAttention(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("shifted_window_attention", /*is_method=*/false,
                                                                    {{"input"},
                                                                     {"qkv_weight"},
                                                                     {"proj_weight"},
                                                                     {"relative_position_bias"},
                                                                     {"window_size"},
                                                                     {"num_heads"},
                                                                     {"shift_size"},
                                                                     {"attention_dropout", kOptional},
                                                                     {"dropout", kOptional},
                                                                     {"qkv_bias", kOptional},
                                                                     {"proj_bias", kOptional},
                                                                     {"logit_scale", kOptional},
                                                                     {"training", kOptional}},
                                                                    arguments));
  WindowAttention call;
  ASSIGN_OR_RETURN(call.input, bound.Tensor(0));
  ASSIGN_OR_RETURN(call.qkv_weight, bound.Tensor(1));
  ASSIGN_OR_RETURN(call.proj_weight, bound.Tensor(2));
  ASSIGN_OR_RETURN(call.relative_position_bias, bound.Tensor(3));
  ASSIGN_OR_RETURN(call.window, bound.Ints(4));
  ASSIGN_OR_RETURN(call.heads, bound.Int(5));
  ASSIGN_OR_RETURN(call.shift, bound.Ints(6));
  ASSIGN_OR_RETURN(call.attention_dropout, Float(bound, 7, 0));
  ASSIGN_OR_RETURN(call.dropout, Float(bound, 8, 0));
  const std::pair<size_t, std::optional<Value>*> optional_tensors[] = {
      {9, &call.qkv_bias}, {10, &call.proj_bias}, {11, &call.logit_scale}};
  for (const auto& [index, tensor] : optional_tensors) {
    if (bound.IsNone(index)) continue;
    ASSIGN_OR_RETURN(*tensor, bound.Tensor(index));
  }
  ASSIGN_OR_RETURN(call.training, bound.Bool(12, true));
  return ShiftedWindowAttention(trace, std::move(call));
}

constexpr Function kFunctions[] = {
    {"stochastic_depth", CallStochasticDepth},
    {"patch_merging_pad", PatchMergingPad},
    {"get_relative_position_bias", GetRelativePositionBias},
    {"shifted_window_attention", CallShiftedWindowAttention},
};

}  // namespace

absl::Span<const Function> TorchvisionFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
