// The functions of `modulectl apply`, as they are written on the command line.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "proto/contract/apply_function.h"

namespace moduled::modulectl {

// "NAME" or "NAME:KEY=VALUE,...", with torch.nn.init's names and keywords, with or without the last underscore:
// "normal_:std=0.02", "kaiming_uniform:nonlinearity=relu", "cast:dtype=float16". Type and names are left empty.
absl::StatusOr<contract::ApplyFunction> ParseApplyFunction(const std::string& text);

// The names that there are, for the help text.
std::string ApplyFunctionNames();

}  // namespace moduled::modulectl
