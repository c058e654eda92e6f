// torch.nn.Module: a tree of named children with named parameters and buffers, and a forward that is traced.
//
// A module does not compute. Forward runs once per input signature on symbols, and records operators into a graph;
// plans compiled from the graph do the computing. Names, orders, duplicate rules and error texts are PyTorch's.
//
// Thread rule: a tree may be read by any number of threads as long as nobody changes it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/modules/arguments.h"
#include "nn/modules/hook_list.h"
#include "nn/modules/hooks.h"
#include "nn/modules/named_slots.h"
#include "nn/modules/parameter.h"

namespace moduled::nn {

class Trace;

class Module {
 public:
  template <class T>
  using Named = std::vector<std::pair<std::string, T>>;

  // `type` is the class name that repr shows.
  explicit Module(std::string type) : type_(std::move(type)) {}
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const std::string& type() const { return type_; }

  // The forward, on symbols. The default is torch's NotImplementedError.
  virtual absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const;
  // Whether Forward is more than the default: containers such as ModuleList have none.
  virtual bool has_forward() const { return true; }
  // The arguments as repr prints them.
  virtual std::string ExtraRepr() const { return ""; }
  // The extents of the window that a convolution or pooling slides over its input; empty for others.
  virtual std::vector<int64_t> WindowShape() const { return {}; }
  // torch's _version, for state_dict()._metadata.
  virtual int64_t state_version() const { return 1; }

  // Registration. Null pointers are None: they keep their slot. Errors are torch's KeyError texts.
  absl::Status RegisterModule(std::string name, std::shared_ptr<Module> module);
  absl::Status RegisterParameter(std::string name, std::shared_ptr<Parameter> parameter);
  absl::Status RegisterBuffer(std::string name, std::shared_ptr<Buffer> buffer);

  // The module's own slots in registration order, None included.
  const NamedSlots<Module>& children_slots() const { return children_; }
  const NamedSlots<Parameter>& parameter_slots() const { return parameters_; }
  const NamedSlots<Buffer>& buffer_slots() const { return buffers_; }

  // torch's traversals. Pre-order, first name wins when duplicates are removed; see each one in torch's documentation.
  Named<Module*> named_children() const;
  Named<Module*> named_modules(bool remove_duplicate = true, absl::string_view prefix = "") const;
  Named<Parameter*> named_parameters(bool recurse = true, bool remove_duplicate = true,
                                     absl::string_view prefix = "") const;
  Named<Buffer*> named_buffers(bool recurse = true, bool remove_duplicate = true, absl::string_view prefix = "") const;

  // By dotted path; "" is the module itself. NOT_FOUND with torch's AttributeError texts.
  absl::StatusOr<Module*> get_submodule(absl::string_view target) const;
  absl::StatusOr<Parameter*> get_parameter(absl::string_view target) const;
  absl::StatusOr<Buffer*> get_buffer(absl::string_view target) const;

  // Calls function(module) for the children's trees first and itself last. A module that two children of one parent
  // share is visited once; one that two parents share is visited twice.
  void apply(const std::function<void(Module&)>& function);

  bool training() const { return training_; }
  void train(bool mode = true);
  void eval() { train(false); }
  // This module alone, without those below.
  void set_training(bool training) { training_ = training; }
  void requires_grad_(bool requires_grad = true);

  // repr(module).
  std::string Repr() const;

  // Hooks on this module. See nn/modules/hooks.h.
  RemovableHandle RegisterForwardPreHook(ForwardPreHook hook, HookOptions options = {});
  RemovableHandle RegisterForwardPreHook(ForwardPreHookWithKwargs hook, HookOptions options = {});
  RemovableHandle RegisterForwardHook(ForwardHook hook, HookOptions options = {});
  RemovableHandle RegisterForwardHook(ForwardHookWithKwargs hook, HookOptions options = {});
  RemovableHandle RegisterFullBackwardPreHook(FullBackwardPreHook hook, HookOptions options = {});
  RemovableHandle RegisterFullBackwardHook(FullBackwardHook hook, HookOptions options = {});
  const HookList<ForwardPreHookWithKwargs>& forward_pre_hooks() const { return forward_pre_hooks_; }
  const HookList<ForwardHookWithKwargs>& forward_hooks() const { return forward_hooks_; }
  const HookList<FullBackwardPreHook>& full_backward_pre_hooks() const { return full_backward_pre_hooks_; }
  const HookList<FullBackwardHook>& full_backward_hooks() const { return full_backward_hooks_; }

 private:
  std::string type_;
  bool training_ = true;
  NamedSlots<Parameter> parameters_;
  NamedSlots<Buffer> buffers_;
  NamedSlots<Module> children_;
  HookList<ForwardPreHookWithKwargs> forward_pre_hooks_;
  HookList<ForwardHookWithKwargs> forward_hooks_;
  HookList<FullBackwardPreHook> full_backward_pre_hooks_;
  HookList<FullBackwardHook> full_backward_hooks_;
};

}  // namespace moduled::nn
