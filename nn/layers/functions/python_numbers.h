// Python's arithmetic with what is not a tensor: sizes and other numbers, computed while tracing.
//
// Integers are of 64 bits: where Python's would grow beyond that, an error says so.
#pragma once

#include "absl/status/statusor.h"
#include "nn/graph/graph.h"

namespace moduled::nn::functions {

// Numbers, or two tuples or two lists, which are joined.
absl::StatusOr<Symbol> PythonAdd(const Symbol& a, const Symbol& b);
// Numbers.
absl::StatusOr<Symbol> PythonSub(const Symbol& a, const Symbol& b);
absl::StatusOr<Symbol> PythonMul(const Symbol& a, const Symbol& b);
absl::StatusOr<Symbol> PythonTrueDiv(const Symbol& a, const Symbol& b);
absl::StatusOr<Symbol> PythonFloorDiv(const Symbol& a, const Symbol& b);
absl::StatusOr<Symbol> PythonMod(const Symbol& a, const Symbol& b);
absl::StatusOr<Symbol> PythonPow(const Symbol& a, const Symbol& b);

// Whether a == b: any values, nested ones too. Numbers are equal across their types, as 1 == 1.0 == True.
bool PythonEqual(const Symbol& a, const Symbol& b);
// Whether a < b: numbers, or strings. `op` is the comparison that is asked for.
absl::StatusOr<bool> PythonLess(absl::string_view op, const Symbol& a, const Symbol& b);

// "unsupported operand type(s) for +: 'Tensor' and 'str'".
absl::Status UnsupportedOperands(absl::string_view op, const Symbol& a, const Symbol& b);

}  // namespace moduled::nn::functions
