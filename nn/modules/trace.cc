#include "nn/modules/trace.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/modules/backward_pass.h"
#include "nn/modules/call_boundary.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// An error that names no module yet gets the innermost one: the calls around it see it as it is.
constexpr absl::string_view kLocated = "moduled/located";

absl::Status Locate(const absl::Status& status, const ModuleCall& call) {
  if (status.GetPayload(kLocated).has_value()) return status;
  absl::Status located(status.code(), absl::StrCat(call.Where(), ": ", status.message()));
  located.SetPayload(kLocated, absl::Cord());
  return located;
}

absl::Status WithoutPayload(absl::Status status) {
  status.ErasePayload(kLocated);
  return status;
}

}  // namespace

Trace::Trace(const Module& root) : root_(root) {
  for (const auto& [path, module] : root.named_modules()) first_names_.emplace(module, path);
  for (const auto& [path, parameter] : root.named_parameters()) state_names_.emplace(parameter->data.data(), path);
  for (const auto& [path, buffer] : root.named_buffers()) state_names_.emplace(buffer->data.data(), path);
}

absl::StatusOr<Symbol> Trace::CallRoot(const CallSignature& signature, const std::vector<Edit>& edits) {
  const auto add_input = [&](const TensorSpec& spec) { return builder_.AddInput(spec); };
  Arguments arguments;
  for (const SpecTree& arg : signature.args) arguments.positional.push_back(MapLeaves<Value>(arg, add_input));
  for (const auto& [name, arg] : signature.kwargs) {
    arguments.keyword.emplace_back(name, MapLeaves<Value>(arg, add_input));
  }
  RETURN_IF_ERROR(edits_.Add(builder_, edits));
  absl::StatusOr<Symbol> output = Call("", root_, std::move(arguments));
  if (!output.ok()) return WithoutPayload(output.status());
  return output;
}

absl::StatusOr<Graph> Trace::Run(const Module& root, const CallSignature& signature, const std::vector<Edit>& edits) {
  Trace trace(root);
  ASSIGN_OR_RETURN(trace.builder_.graph().output, trace.CallRoot(signature, edits));
  RETURN_IF_ERROR(trace.edits_.CheckLeaves());
  return std::move(trace.builder_.graph());
}

absl::Status Trace::Explore(const Module& root, const CallSignature& signature, Graph& graph) {
  Trace trace(root);
  absl::StatusOr<Symbol> output = trace.CallRoot(signature, {});
  graph = std::move(trace.builder_.graph());
  if (output.ok()) graph.output = *std::move(output);
  return output.status();
}

absl::StatusOr<Graph> Trace::RunBackward(const Module& root, const CallSignature& signature,
                                         const std::vector<Edit>& edits, const BackwardSpec& spec) {
  Trace trace(root);
  trace.differentiates_ = true;
  ASSIGN_OR_RETURN(const Symbol output, trace.CallRoot(signature, edits));
  Symbol objective = output;
  if (spec.objective == BackwardSpec::Objective::kLoss) {
    ASSIGN_OR_RETURN(objective, trace.CallLoss(spec, output));
  }
  BackwardPass pass(root, trace.builder_, trace.edits_, trace.marks_);
  RETURN_IF_ERROR(pass.Run(signature, spec, output, objective));
  RETURN_IF_ERROR(trace.edits_.CheckLeaves());
  return std::move(trace.builder_.graph());
}

// The loss is one more call of a module of the tree, after the root's.
absl::StatusOr<Symbol> Trace::CallLoss(const BackwardSpec& spec, const Symbol& output) {
  ASSIGN_OR_RETURN(const Module* loss, root_.get_submodule(spec.loss));
  ASSIGN_OR_RETURN(const Value differentiated, OutputTensor(output, spec.output));
  Arguments arguments{{Symbol(differentiated)}, {}};
  for (const SpecTree& target : spec.targets) {
    arguments.positional.push_back(
        MapLeaves<Value>(target, [&](const TensorSpec& type) { return builder_.AddInput(type); }));
  }
  absl::StatusOr<Symbol> result = Call(spec.loss, *loss, std::move(arguments));
  if (!result.ok()) return WithoutPayload(result.status());
  return result;
}

Value Trace::Constant(Tensor tensor) {
  const auto name = state_names_.find(tensor.data());
  return builder_.AddConstant(std::move(tensor), name == state_names_.end() ? "" : name->second);
}

absl::Status Trace::Book(const Extent& extent) {
  if (extent.depth > kMaxTracedDepth) {
    return absl::InvalidArgumentError(absl::StrCat("values nested deeper than ", kMaxTracedDepth, " levels"));
  }
  items_left_ -= extent.items;
  if (items_left_ >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the arguments of the forward's calls and nodes have more than ",
                                                 kMaxTracedItems, " values in all"));
}

// What a call hands over is kept with the call.
absl::Status Trace::BookAll(const Arguments& arguments) {
  const auto of_value = [](Value) { return Extent(); };
  for (const Symbol& symbol : arguments.positional) RETURN_IF_ERROR(Book(MeasureNested(symbol, of_value)));
  for (const auto& [name, symbol] : arguments.keyword) RETURN_IF_ERROR(Book(MeasureNested(symbol, of_value)));
  return absl::OkStatus();
}

int32_t Trace::BeginCall(absl::string_view name, const Module& module) {
  Graph& graph = builder_.graph();
  ModuleCall call;
  const auto first_name = first_names_.find(&module);
  call.parent = builder_.current_call();
  const std::string* scope = call.parent < 0 ? nullptr : &graph.calls[call.parent].called_as;
  call.called_as = scope == nullptr || scope->empty() ? std::string(name) : absl::StrCat(*scope, ".", name);
  call.path = first_name == first_names_.end() ? call.called_as : first_name->second;
  call.type = module.type();
  call.call_index = call_counts_[&module]++;
  graph.calls.push_back(std::move(call));
  const auto index = static_cast<int32_t>(graph.calls.size() - 1);
  builder_.set_current_call(index);
  return index;
}

absl::StatusOr<Symbol> Trace::Call(absl::string_view name, const Module& module, Arguments arguments) {
  const int32_t outer = builder_.current_call();
  const int32_t call = BeginCall(name, module);
  absl::StatusOr<Symbol> output = CallInside(call, module, std::move(arguments));
  builder_.set_current_call(outer);
  if (output.ok()) return output;
  return Locate(output.status(), builder_.graph().calls[call]);
}

// torch's _call_impl: pre hooks, forward, hooks. The request's edits come after the hooks of the module itself.
absl::StatusOr<Symbol> Trace::CallInside(int32_t call, const Module& module, Arguments arguments) {
  RETURN_IF_ERROR(RunForwardPreHooks(builder_, module, arguments));
  RETURN_IF_ERROR(Enter(call, &module, arguments));
  ASSIGN_OR_RETURN(Symbol output, module.Forward(*this, arguments));
  RETURN_IF_ERROR(RunForwardHooks(builder_, call, module, arguments, output));
  RETURN_IF_ERROR(Leave(call, &module, output));
  return output;
}

absl::StatusOr<Symbol> Trace::CallFunction(absl::string_view node, const Function& function, Arguments arguments) {
  const int32_t parent = builder_.current_call();
  Graph& graph = builder_.graph();
  // Functions of Python values leave nothing to see.
  bool has_tensors = false;
  for (const Symbol& argument : arguments.positional) ForEachLeaf(argument, [&](Value) { has_tensors = true; });
  if (!has_tensors || parent < 0) return function.call(*this, arguments);

  ModuleCall call;
  call.parent = parent;
  call.path = absl::StrCat(graph.calls[parent].path, ":", node);
  call.called_as = absl::StrCat(graph.calls[parent].called_as, ":", node);
  call.type = std::string(function.name);
  call.call_index = function_counts_[call.path]++;
  call.subject = ModuleCall::Subject::kFunction;
  graph.calls.push_back(std::move(call));
  const auto index = static_cast<int32_t>(graph.calls.size() - 1);
  RETURN_IF_ERROR(Enter(index, nullptr, arguments));
  ASSIGN_OR_RETURN(Symbol output, function.call(*this, arguments));
  RETURN_IF_ERROR(Leave(index, nullptr, output));
  return output;
}

absl::Status Trace::Enter(int32_t call, const Module* module, Arguments& arguments) {
  Graph& graph = builder_.graph();
  RETURN_IF_ERROR(edits_.Apply(builder_, graph.calls[call], HookKind::kForwardPre, arguments.positional));
  RETURN_IF_ERROR(BookAll(arguments));
  if (differentiates_) {
    RETURN_IF_ERROR(SeparateArguments(builder_, module != nullptr, arguments.positional));
    marks_.push_back({graph.nodes.size(), call, /*leaves=*/false, module});
  }
  graph.calls[call].inputs = arguments.positional;
  graph.calls[call].kwargs = arguments.keyword;
  graph.points.push_back({call, HookKind::kForwardPre});
  return absl::OkStatus();
}

absl::Status Trace::Leave(int32_t call, const Module* module, Symbol& output) {
  Graph& graph = builder_.graph();
  std::vector<Symbol> outputs = {std::move(output)};
  RETURN_IF_ERROR(edits_.Apply(builder_, graph.calls[call], HookKind::kForward, outputs));
  output = std::move(outputs[0]);
  if (differentiates_) {
    RETURN_IF_ERROR(SeparateResult(builder_, module != nullptr, output));
    marks_.push_back({graph.nodes.size(), call, /*leaves=*/true, module});
  }
  graph.calls[call].output = output;
  graph.points.push_back({call, HookKind::kForward});
  return absl::OkStatus();
}

}  // namespace moduled::nn
