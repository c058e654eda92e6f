// A request's change to the tensors that flow through a module. Types and shapes stay.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "nn/tensor/tensor.h"

namespace moduled::contract {

// What becomes of a tensor x.
struct Edit {
  // What an edit takes beside x: a number, or a tensor of x's type that broadcasts to x's shape.
  struct Operand {
    std::variant<double, nn::Tensor> value = 0.0;
    bool operator==(const Operand& other) const;
  };

  struct Replace {  // This tensor in its place, of the same type and shape.
    nn::Tensor tensor;
    bool operator==(const Replace& other) const;
  };
  struct Scale {
    Operand factor;
    bool operator==(const Scale&) const = default;
  };
  struct Add {
    Operand summand;
    bool operator==(const Add&) const = default;
  };
  struct Zero {
    bool operator==(const Zero&) const = default;
  };
  struct Clamp {
    std::optional<double> min = std::nullopt;
    std::optional<double> max = std::nullopt;
    bool operator==(const Clamp&) const = default;
  };
  struct Select {  // x at these entries along one dimension, zero elsewhere. Both count from the end when negative.
    int64_t dim = 0;
    std::vector<int64_t> indices = {};
    bool operator==(const Select&) const = default;
  };

  std::variant<Replace, Scale, Add, Zero, Clamp, Select> action = Zero{};
  std::optional<uint32_t> leaf = std::nullopt;  // One tensor of the value, in order of a walk. Unset: every one.

  // Tensors are equal when their types and bytes are.
  bool operator==(const Edit&) const = default;
};

}  // namespace moduled::contract
