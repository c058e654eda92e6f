// Hooks registered on a module in C++, as torch.nn.Module's: they run on the host, with real tensors, in every forward.
//
// A hook that replaces values must keep their types and shapes: plans are compiled for them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/tensor/datum.h"

namespace moduled::nn {

class Module;

// Called before forward. nullopt keeps the positional arguments; anything else replaces them.
using ForwardPreHook =
    std::function<std::optional<std::vector<Datum>>(const Module& module, const std::vector<Datum>& args)>;
// The same for hooks registered with_kwargs.
using ForwardPreHookWithKwargs = std::function<std::optional<CallData>(const Module& module, const CallData& call)>;

// Called after forward. nullopt keeps the output; anything else replaces it.
using ForwardHook =
    std::function<std::optional<Datum>(const Module& module, const std::vector<Datum>& args, const Datum& output)>;
using ForwardHookWithKwargs =
    std::function<std::optional<Datum>(const Module& module, const CallData& call, const Datum& output)>;

// Called when the gradients of the results are known, one for each element of a tuple that was returned, None where
// there is none. nullopt keeps them; anything else replaces them.
using FullBackwardPreHook =
    std::function<std::optional<std::vector<Datum>>(const Module& module, const std::vector<Datum>& grad_output)>;
// Called when the gradients of the positional arguments are known too. nullopt keeps them; anything else replaces them.
using FullBackwardHook = std::function<std::optional<std::vector<Datum>>(
    const Module& module, const std::vector<Datum>& grad_input, const std::vector<Datum>& grad_output)>;

// Called with the gradient of a tensor, once it is summed up. nullopt keeps it; anything else replaces it.
using TensorHook = std::function<std::optional<Tensor>(const Tensor& gradient)>;

struct HookOptions {
  bool prepend = false;  // Before the hooks that are already there.
  // Forward hooks: called, without an output, when the run fails inside the module too. What it returns and throws then
  // is ignored. A forward that is refused before it runs, for its types and shapes, calls nothing.
  bool always_call = false;
};

// torch.utils.hooks.RemovableHandle: removes the hook when asked to. Outliving the module is harmless.
class RemovableHandle {
 public:
  RemovableHandle() = default;
  RemovableHandle(uint64_t id, std::function<void()> remove) : id_(id), remove_(std::move(remove)) {}
  uint64_t id() const { return id_; }
  void Remove() {
    if (remove_) std::exchange(remove_, nullptr)();
  }

 private:
  uint64_t id_ = 0;
  std::function<void()> remove_;
};

}  // namespace moduled::nn
