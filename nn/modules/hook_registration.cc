// Registering hooks on a module. The plain kinds are the with_kwargs kinds that do not look at the keyword arguments.
#include <utility>

#include "nn/modules/module.h"

namespace moduled::nn {

RemovableHandle Module::RegisterForwardPreHook(ForwardPreHook hook, HookOptions options) {
  return RegisterForwardPreHook(
      ForwardPreHookWithKwargs([hook = std::move(hook)](const Module& module, const CallData& call) {
        std::optional<std::vector<Datum>> args = hook(module, call.args);
        if (!args.has_value()) return std::optional<CallData>();
        return std::optional<CallData>({*std::move(args), call.kwargs});
      }),
      options);
}

RemovableHandle Module::RegisterForwardPreHook(ForwardPreHookWithKwargs hook, HookOptions options) {
  return forward_pre_hooks_.Add(std::move(hook), options);
}

RemovableHandle Module::RegisterForwardHook(ForwardHook hook, HookOptions options) {
  return RegisterForwardHook(
      ForwardHookWithKwargs([hook = std::move(hook)](const Module& module, const CallData& call, const Datum& output) {
        return hook(module, call.args, output);
      }),
      options);
}

RemovableHandle Module::RegisterForwardHook(ForwardHookWithKwargs hook, HookOptions options) {
  return forward_hooks_.Add(std::move(hook), options);
}

RemovableHandle Module::RegisterFullBackwardPreHook(FullBackwardPreHook hook, HookOptions options) {
  return full_backward_pre_hooks_.Add(std::move(hook), options);
}

RemovableHandle Module::RegisterFullBackwardHook(FullBackwardHook hook, HookOptions options) {
  return full_backward_hooks_.Add(std::move(hook), options);
}

}  // namespace moduled::nn
