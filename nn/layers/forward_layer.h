// A layer that is nothing but its arguments and a function of its input: no state, no mode.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "nn/layers/layer.h"

namespace moduled::nn {

class ForwardLayer final : public UnaryLayer {
 public:
  using Function = std::function<absl::StatusOr<Symbol>(Trace& trace, Value input)>;

  // `repr` is what stands in the parentheses of repr(layer).
  ForwardLayer(absl::string_view type, const LayerArguments& arguments, std::string repr, Function function)
      : UnaryLayer(type, arguments), repr_(std::move(repr)), function_(std::move(function)) {}

  std::string ExtraRepr() const override { return repr_; }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override { return function_(trace, input); }

 private:
  std::string repr_;
  Function function_;
};

}  // namespace moduled::nn
