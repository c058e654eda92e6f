// Module.apply() with functions that are described instead of programmed: what clients may do to a model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/layers/init_functions.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// What is done to one module; its children have visits of their own.
struct ResetParameters {};
struct CastTo {
  DType dtype = DType::kFloat32;
};
struct ScaleBy {
  double factor = 1;
};
struct ClampTo {
  std::optional<double> min;
  std::optional<double> max;
};
struct SetTraining {
  bool training = true;
};
struct SetRequiresGrad {
  bool requires_grad = true;
};
using ApplyAction =
    std::variant<init::Function, ResetParameters, CastTo, ScaleBy, ClampTo, SetTraining, SetRequiresGrad>;

struct ApplyFunction {
  std::string type = "";                // The class name of the modules that it is for; empty: every one.
  std::vector<std::string> names = {};  // The module's own tensors that it is for; empty: all of its parameters.
  ApplyAction action;
};

// One visit of one module.
struct Visit {
  std::string path;  // The path that it was reached by.
  std::string type;
  std::vector<std::string> changed;  // Names of parameters and buffers, and "training".
};

// Calls the functions, in order, for the module at `path` and those below it, children first, as torch's apply does: a
// module that two parents share is visited twice. Errors carry the module's path; after one the tree is half changed.
absl::StatusOr<std::vector<Visit>> Apply(Module& root, absl::string_view path,
                                         absl::Span<const ApplyFunction> functions, uint64_t seed);

}  // namespace moduled::nn
