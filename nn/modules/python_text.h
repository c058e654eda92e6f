// Values as Python prints them, for repr and for error texts.
#pragma once

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "nn/graph/graph.h"

namespace moduled::nn {

// repr(float): the shortest text that reads back as the same number. "0.1", "1e-05", "2.0", "inf".
std::string FloatRepr(double value);

// repr(bool).
inline const char* BoolRepr(bool value) { return value ? "True" : "False"; }

// repr(tuple): "(3, 3)", "(5,)".
std::string TupleRepr(absl::Span<const int64_t> items);

// type(value).__name__.
std::string TypeName(const Symbol& value);

}  // namespace moduled::nn
