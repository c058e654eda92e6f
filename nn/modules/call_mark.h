// Where a traced forward enters and leaves a call: what a backward pass crosses in reverse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/graph/graph_builder.h"
#include "nn/modules/arguments.h"

namespace moduled::nn {

class Module;

struct CallMark {
  size_t nodes = 0;  // How many nodes come before it.
  int32_t call = 0;  // Index into Graph::calls.
  bool leaves = false;
  const Module* module = nullptr;  // Null for functions.
};

// Gives the floating-point tensors that a call sees names of their own, as torch's BackwardHookFunction does: then the
// gradient of such a value is what flows into the call or out of it, whatever else uses the tensor. Of a module's
// arguments and results these are the tensors themselves and those of a tuple, as in torch; of a function's all.
absl::Status SeparateArguments(GraphBuilder& builder, bool is_module, std::vector<Symbol>& arguments);
absl::Status SeparateResult(GraphBuilder& builder, bool is_module, Symbol& result);

// What gradients of such symbols look like to hooks: `gradient(Value)` in the place of each separated tensor, a Symbol
// that may be None, and None for everything else.
template <class Gradient>
Symbol GradientsLike(const Symbol& symbol, bool is_module, Gradient gradient) {
  if (const Value* value = symbol.As<Value>()) return gradient(*value);
  if (is_module || symbol.Items() == nullptr) return Symbol();
  Symbol::Tuple gradients;
  for (const Symbol& item : *symbol.Items()) gradients.items.push_back(GradientsLike(item, is_module, gradient));
  return Symbol(std::move(gradients));
}

// A result as hooks see it: the elements of a tuple, or itself alone.
inline std::vector<Symbol> ResultItems(const Symbol& result) {
  if (const auto* tuple = result.As<Symbol::Tuple>()) return tuple->items;
  return {result};
}

}  // namespace moduled::nn
