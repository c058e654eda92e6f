#include "nn/modules/call_mark.h"

#include "nn/ops/reshape.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::StatusOr<Symbol> Separate(GraphBuilder& builder, bool nested, const Symbol& symbol) {
  absl::Status status;
  const auto separate = [&](Value value) {
    if (!status.ok() || !IsFloatingPoint(builder.spec(value).dtype)) return value;
    absl::StatusOr<Value> view = builder.Apply<ReshapeOp>({.shape = builder.spec(value).shape}, {value});
    if (!view.ok()) status = view.status();
    return view.value_or(value);
  };
  Symbol separated = symbol;
  if (nested || symbol.Is<Value>()) separated = MapLeaves<Value>(symbol, separate);
  RETURN_IF_ERROR(status);
  return separated;
}

}  // namespace

absl::Status SeparateArguments(GraphBuilder& builder, bool is_module, std::vector<Symbol>& arguments) {
  for (Symbol& argument : arguments) {
    ASSIGN_OR_RETURN(argument, Separate(builder, !is_module, argument));
  }
  return absl::OkStatus();
}

absl::Status SeparateResult(GraphBuilder& builder, bool is_module, Symbol& result) {
  auto* tuple = std::get_if<Symbol::Tuple>(&result.value);
  if (tuple != nullptr) return SeparateArguments(builder, is_module, tuple->items);
  ASSIGN_OR_RETURN(result, Separate(builder, !is_module, result));
  return absl::OkStatus();
}

}  // namespace moduled::nn
