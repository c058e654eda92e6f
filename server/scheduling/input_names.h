// What the tensors of a call's arguments are called: by the model's signature where it names them, else by their place.
//
// Hooks and events say "input:x"; the engine says "input:0", by the place in order of a walk through the arguments.
#pragma once

#include <string>
#include <vector>

#include "nn/description/signature.h"
#include "nn/modules/module.h"
#include "nn/plan/model.h"
#include "nn/tensor/datum.h"

namespace moduled::server {

// The names of the inputs before there is a call: the signature's, or those of forward's arguments.
std::vector<std::string> DeclaredInputs(const nn::ModelSignature& signature, const nn::Module& root);

// The names that the signature's ports have for forward's positional arguments, in order. Empty where nothing says it.
std::vector<std::string> ArgumentNames(const nn::ModelSignature& signature, const nn::Module& root);

// The names of the tensors of a call, in order of a walk: "x", "x.0" and "x.key" for nested ones, "2" for the third one
// of which nothing is known.
class InputNames {
 public:
  InputNames() = default;  // Of a call whose tensors nobody names.
  InputNames(const nn::ModelSignature& signature, const nn::Module& root, const nn::CallData& arguments);

  const std::vector<std::string>& names() const { return names_; }

  // A path of hooks as the engine's, and back. Paths of other things than inputs stay as they are, and so do those of
  // inputs that the call does not have.
  std::string ToEngine(const std::string& path) const;
  std::string FromEngine(const std::string& path) const;
  // The same for points. Sorted and unique.
  nn::ObservedModules ToEngine(nn::ObservedModules observed) const;

 private:
  void Add(const std::string& name, const nn::Datum& argument);

  std::vector<std::string> names_;
};

}  // namespace moduled::server
