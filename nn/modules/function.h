// A function that a module's graph may call, under its name in torch: "add", "flatten", "getitem".
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/modules/arguments.h"

namespace moduled::nn {

class Trace;

// Functions of Python values alone are computed while tracing; functions of tensors record operators.
struct Function {
  absl::string_view name;
  absl::StatusOr<Symbol> (*call)(Trace& trace, const Arguments& arguments);
};

}  // namespace moduled::nn
