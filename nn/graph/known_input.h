// An input of a kernel that is the same in all runs: a weight, or what a plan computes from weights.
//
// The latter is made when somebody asks for it. Kernels ask when they pack it, and packs are shared: once there is one,
// what it was made of is not needed any more, and takes neither memory nor time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {

// How to compute a tensor from others.
struct Recipe {
  TensorSpec spec;
  std::string name;  // As KnownInput::name.
  std::function<absl::StatusOr<Tensor>()> make;
};

// For one thread: the maker of the kernel.
class KnownInput {
 public:
  explicit KnownInput(Tensor tensor)
      : spec_(tensor.spec()),
        name_(absl::StrCat(absl::Hex(reinterpret_cast<uintptr_t>(tensor.data())))),
        tensor_(std::move(tensor)) {}
  explicit KnownInput(std::shared_ptr<const Recipe> recipe)
      : spec_(recipe->spec), name_(recipe->name), recipe_(std::move(recipe)) {}

  const TensorSpec& spec() const { return spec_; }
  // Of the bytes: among the inputs of a model, equal names mean equal bytes.
  const std::string& name() const { return name_; }
  // Made at the first call and kept.
  absl::StatusOr<Tensor> Get() const {
    if (tensor_.has_value()) return *tensor_;
    absl::StatusOr<Tensor> made = recipe_->make();
    if (made.ok()) tensor_ = *made;
    return made;
  }

 private:
  TensorSpec spec_;
  std::string name_;
  mutable std::optional<Tensor> tensor_;
  std::shared_ptr<const Recipe> recipe_;
};

}  // namespace moduled::nn
