// The constant arguments of a function's call as attributes, so that a layer and its function read the same options.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/layers/attributes.h"
#include "nn/modules/argument_binder.h"

namespace moduled::nn {

// Those of the arguments [first, first + names.size()) that are given and not None, under these names. Names in
// `tensors` are left out. Refuses what is not a bool, a number or a string.
absl::StatusOr<Attributes> CallAttributes(const BoundArguments& bound, size_t first,
                                          absl::Span<const absl::string_view> names,
                                          absl::Span<const absl::string_view> tensors = {});

}  // namespace moduled::nn
