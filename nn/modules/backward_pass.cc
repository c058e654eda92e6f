#include "nn/modules/backward_pass.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/modules/call_boundary.h"
#include "nn/ops/add.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr size_t kNoUse = static_cast<size_t>(-1);

std::vector<Value> LeavesOf(const Symbol& symbol) {
  std::vector<Value> values;
  ForEachLeaf(symbol, [&](Value value) { values.push_back(value); });
  return values;
}

absl::StatusOr<Value> Filled(GraphBuilder& builder, const TensorSpec& spec, double value) {
  ASSIGN_OR_RETURN(Tensor doubles, Tensor::Allocate({DType::kFloat64, spec.shape}));
  std::fill_n(static_cast<double*>(doubles.mutable_data()), doubles.numel(), value);
  ASSIGN_OR_RETURN(Tensor filled, Convert(doubles, spec.dtype));
  return builder.AddConstant(std::move(filled));
}

std::string TorchSize(const Shape& shape) { return absl::StrCat("torch.Size(", shape.ToString(), ")"); }

absl::Status Unlike(absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("grad_outputs: ", problem));
}

absl::Status NoGrad() {
  return absl::InvalidArgumentError("element 0 of tensors does not require grad and does not have a grad_fn");
}

}  // namespace

absl::StatusOr<Value> OutputTensor(const Symbol& result, std::optional<int32_t> index) {
  const std::vector<Value> leaves = LeavesOf(result);
  if (!index.has_value() && leaves.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("output: there are ", leaves.size(), " tensors in the result: say which one is meant"));
  }
  const int32_t chosen = index.value_or(0);
  if (chosen >= 0 && static_cast<size_t>(chosen) < leaves.size()) return leaves[chosen];
  return absl::InvalidArgumentError(
      absl::StrCat("output: out of range (got ", chosen, ", want less than ", leaves.size(), ")"));
}

absl::Status BackwardPass::Run(const CallSignature& signature, const BackwardSpec& spec, const Symbol& output,
                               const Symbol& objective) {
  builder_.graph().has_backward = true;
  forward_nodes_ = builder_.graph().nodes.size();
  size_t arguments = 0;
  const auto count = [&](const TensorSpec&) { ++arguments; };
  for (const SpecTree& arg : signature.args) ForEachLeaf(arg, count);
  for (const auto& [name, arg] : signature.kwargs) ForEachLeaf(arg, count);
  const std::vector<Value>& inputs = builder_.graph().inputs;
  arguments_.assign(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(arguments));

  RETURN_IF_ERROR(FindArguments(spec));
  RETURN_IF_ERROR(FindParameters(spec));
  FindDifferentiable();
  gradients_.resize(builder_.graph().values.size());
  RETURN_IF_ERROR(Start(spec, output, objective));
  FindFirstUses();
  RETURN_IF_ERROR(GoBack());
  RETURN_IF_ERROR(CheckWanted());
  builder_.set_current_call(-1);
  builder_.graph().output = Output(signature, spec, output, objective);
  return absl::OkStatus();
}

absl::Status BackwardPass::FindArguments(const BackwardSpec& spec) {
  std::vector<int32_t> wanted;
  if (spec.inputs.has_value()) {
    wanted = *spec.inputs;
  } else {
    for (size_t i = 0; i < arguments_.size(); ++i) {
      if (IsFloatingPoint(builder_.spec(arguments_[i]).dtype)) wanted.push_back(static_cast<int32_t>(i));
    }
  }
  for (const int32_t i : wanted) {
    if (i < 0 || static_cast<size_t>(i) >= arguments_.size()) {
      return absl::InvalidArgumentError(absl::StrCat("grad_inputs: there is no such tensor among the arguments (got ",
                                                     i, ", want less than ", arguments_.size(), ")"));
    }
    if (!IsFloatingPoint(builder_.spec(arguments_[i]).dtype)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "grad_inputs: input ", i, ": only Tensors of floating point and complex dtype can require gradients"));
    }
    leaves_.push_back({arguments_[i], absl::StrCat("input:", i), nullptr, kNoUse, spec.inputs.has_value()});
  }
  return absl::OkStatus();
}

absl::Status BackwardPass::FindParameters(const BackwardSpec& spec) {
  absl::flat_hash_set<std::string> wanted;
  if (spec.parameters.has_value()) wanted.insert(spec.parameters->begin(), spec.parameters->end());
  absl::flat_hash_map<std::string, Value> constants;
  for (size_t id = 0; id < builder_.graph().values.size(); ++id) {
    const ValueInfo& info = builder_.graph().values[id];
    if (info.source != ValueSource::kConstant) continue;
    const std::string& name = builder_.graph().constants[info.index].name;
    if (!name.empty()) constants.emplace(name, Value{static_cast<int32_t>(id)});
  }
  for (const auto& [name, parameter] : root_.named_parameters()) {
    const bool is_wanted = wanted.erase(name) > 0;
    if (!parameter->requires_grad || !IsFloatingPoint(parameter->data.dtype())) {
      if (!is_wanted) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("grad_parameters: ", name, ": One of the differentiated Tensors does not require grad"));
    }
    const auto used = constants.find(name);
    // What the forward does not use has no gradient, as in torch a Parameter.grad stays None.
    if (used != constants.end()) leaves_.push_back({used->second, name, parameter, kNoUse});
  }
  if (wanted.empty()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("grad_parameters: there is no parameter \"", *wanted.begin(), "\""));
}

void BackwardPass::FindDifferentiable() {
  const Graph& graph = builder_.graph();
  differentiable_.assign(graph.values.size(), false);
  for (const Leaf& leaf : leaves_) differentiable_[leaf.value.id] = true;
  for (const Node& node : graph.nodes) {
    const auto requires_grad = [&](Value input) { return differentiable_[input.id]; };
    if (!node.op.differentiable() || std::none_of(node.inputs.begin(), node.inputs.end(), requires_grad)) continue;
    for (const Value output : node.outputs) {
      differentiable_[output.id] = IsFloatingPoint(graph.spec(output).dtype);
    }
  }
}

absl::Status BackwardPass::Start(const BackwardSpec& spec, const Symbol& output, const Symbol& objective) {
  switch (spec.objective) {
    case BackwardSpec::Objective::kGradOutput:
      RETURN_IF_ERROR(StartGiven(spec.grad_output, output));
      return CheckStarted();
    case BackwardSpec::Objective::kOneOutput: {
      ASSIGN_OR_RETURN(const Value value, OutputTensor(output, spec.output));
      return StartAt(value, builder_.AddInput(builder_.spec(value)));
    }
    case BackwardSpec::Objective::kSum:
      return StartSum(spec, output);
    case BackwardSpec::Objective::kScalar:
    case BackwardSpec::Objective::kLoss:
      break;
  }
  return StartScalar(objective);
}

absl::Status BackwardPass::StartScalar(const Symbol& objective) {
  ASSIGN_OR_RETURN(const Value value, OutputTensor(objective, std::nullopt));
  const TensorSpec spec = builder_.spec(value);
  if (!differentiable_[value.id]) return NoGrad();
  if (spec.numel() != 1) return absl::InvalidArgumentError("grad can be implicitly created only for scalar outputs");
  ASSIGN_OR_RETURN(const Value one, Filled(builder_, spec, 1));
  return StartAt(value, one);
}

absl::Status BackwardPass::StartSum(const BackwardSpec& spec, const Symbol& output) {
  std::vector<Value> values;
  if (spec.output.has_value()) {
    ASSIGN_OR_RETURN(const Value value, OutputTensor(output, spec.output));
    values.push_back(value);
  } else {
    for (const Value value : LeavesOf(output)) {
      if (differentiable_[value.id]) values.push_back(value);
    }
  }
  for (const Value value : values) {
    ASSIGN_OR_RETURN(const Value ones, Filled(builder_, builder_.spec(value), 1));
    RETURN_IF_ERROR(StartAt(value, ones));
  }
  return CheckStarted();
}

absl::Status BackwardPass::StartGiven(const SpecTree& grad_output, const Symbol& output) {
  if (grad_output.IsNone()) return absl::OkStatus();
  if (const TensorSpec* spec = grad_output.As<TensorSpec>()) {
    const Value* value = output.As<Value>();
    if (value == nullptr) return Unlike("a tensor where the output has none");
    const Value gradient = builder_.AddInput(*spec);
    if (*spec == builder_.spec(*value)) return StartAt(*value, gradient);
    if (spec->shape == builder_.spec(*value).shape) {
      return Unlike(absl::StrCat("wrong element type (got ", Name(spec->dtype), ", want ",
                                 Name(builder_.spec(*value).dtype), ")"));
    }
    return Unlike(absl::StrCat("Mismatch in shape: it has a shape of ", TorchSize(spec->shape),
                               " and the output has a shape of ", TorchSize(builder_.spec(*value).shape)));
  }
  if (grad_output.Items() != nullptr && output.Items() != nullptr) {
    if (grad_output.Items()->size() != output.Items()->size()) {
      return Unlike(absl::StrCat("wrong number of items (got ", grad_output.Items()->size(), ", want ",
                                 output.Items()->size(), ")"));
    }
    for (size_t i = 0; i < output.Items()->size(); ++i) {
      RETURN_IF_ERROR(StartGiven((*grad_output.Items())[i], (*output.Items())[i]));
    }
    return absl::OkStatus();
  }
  const auto* gradients = grad_output.As<SpecTree::Dict>();
  const auto* outputs = output.As<Symbol::Dict>();
  if (gradients == nullptr || outputs == nullptr) return Unlike("its structure is not that of the output");
  for (const auto& [key, gradient] : gradients->entries) {
    const auto has_key = [&key = key](const auto& entry) { return entry.first == key; };
    const auto item = std::find_if(outputs->entries.begin(), outputs->entries.end(), has_key);
    if (item == outputs->entries.end()) return Unlike(absl::StrCat("the output has no \"", key, "\""));
    RETURN_IF_ERROR(StartGiven(gradient, item->second));
  }
  return absl::OkStatus();
}

// At least one gradient must start somewhere.
absl::Status BackwardPass::CheckStarted() const {
  const auto has_gradient = [](const std::optional<Value>& gradient) { return gradient.has_value(); };
  return std::any_of(gradients_.begin(), gradients_.end(), has_gradient) ? absl::OkStatus() : NoGrad();
}

absl::Status BackwardPass::StartAt(Value value, Value gradient) {
  if (!differentiable_[value.id]) return NoGrad();
  return Add(value, gradient);
}

// Which nodes gradients will come through, and for each leaf the first of them: after it nothing is added any more.
void BackwardPass::FindFirstUses() {
  const Graph& graph = builder_.graph();
  std::vector<bool> reached(gradients_.size());
  for (size_t id = 0; id < gradients_.size(); ++id) reached[id] = gradients_[id].has_value();
  std::vector<size_t> first_use(gradients_.size(), kNoUse);
  for (size_t n = forward_nodes_; n-- > 0;) {
    const Node& node = graph.nodes[n];
    if (std::none_of(node.outputs.begin(), node.outputs.end(), [&](Value v) { return reached[v.id]; })) continue;
    for (const Value input : node.inputs) {
      if (!differentiable_[input.id]) continue;
      reached[input.id] = true;
      first_use[input.id] = n;
    }
  }
  for (size_t i = 0; i < leaves_.size(); ++i) {
    leaves_[i].first_use = first_use[leaves_[i].value.id];
    leaves_by_first_use_[leaves_[i].first_use].push_back(i);
  }
}

absl::Status BackwardPass::GoBack() {
  size_t marks = marks_.size();
  for (size_t n = forward_nodes_;; --n) {
    while (marks > 0 && marks_[marks - 1].nodes == n) RETURN_IF_ERROR(Cross(marks_[--marks]));
    if (n == 0) break;
    RETURN_IF_ERROR(Differentiate(n - 1));
    const auto finished = leaves_by_first_use_.find(n - 1);
    if (finished == leaves_by_first_use_.end()) continue;
    for (const size_t leaf : finished->second) RETURN_IF_ERROR(FinishLeaf(leaves_[leaf]));
  }
  // What is answered as it came.
  for (const size_t leaf : leaves_by_first_use_[kNoUse]) RETURN_IF_ERROR(FinishLeaf(leaves_[leaf]));
  return absl::OkStatus();
}

absl::Status BackwardPass::Differentiate(size_t index) {
  const Node node = builder_.graph().nodes[index];  // Nodes move when the graph grows.
  std::vector<std::optional<Value>> gradients;
  for (const Value output : node.outputs) gradients.push_back(GradientOf(output));
  if (std::none_of(gradients.begin(), gradients.end(), [](const auto& g) { return g.has_value(); })) {
    return absl::OkStatus();
  }
  std::vector<bool> wanted;
  for (const Value input : node.inputs) wanted.push_back(differentiable_[input.id]);
  builder_.set_current_call(node.call);
  GradientScope scope(builder_, node, std::move(gradients), std::move(wanted));
  if (const absl::Status status = node.op.Gradient(scope); !status.ok()) return builder_.graph().InModule(node, status);
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (scope.input_gradients()[i].has_value()) RETURN_IF_ERROR(Add(node.inputs[i], *scope.input_gradients()[i]));
  }
  return absl::OkStatus();
}

absl::Status BackwardPass::Cross(const CallMark& mark) {
  builder_.set_current_call(mark.module == nullptr ? builder_.graph().calls[mark.call].parent : mark.call);
  return mark.leaves ? EnterFromBehind(mark) : LeaveToTheFront(mark);
}

// The gradients of the results are known.
absl::Status BackwardPass::EnterFromBehind(const CallMark& mark) {
  const bool is_module = mark.module != nullptr;
  const std::vector<Symbol> results = ResultItems(builder_.graph().calls[mark.call].output);
  std::vector<Symbol> gradients;
  bool any = false;
  for (const Symbol& result : results) {
    gradients.push_back(GradientsOf(result, is_module));
    ForEachLeaf(gradients.back(), [&](Value) { any = true; });
  }
  if (!any) return absl::OkStatus();
  Graph& graph = builder_.graph();
  RETURN_IF_ERROR(edits_.Apply(builder_, graph.calls[mark.call], HookKind::kTensorGrad, gradients));
  graph.calls[mark.call].tensor_grads = gradients;
  graph.points.push_back({mark.call, HookKind::kTensorGrad});
  if (is_module) RETURN_IF_ERROR(RunFullBackwardPreHooks(builder_, *mark.module, gradients));
  RETURN_IF_ERROR(edits_.Apply(builder_, graph.calls[mark.call], HookKind::kFullBackwardPre, gradients));
  graph.calls[mark.call].grad_outputs = gradients;
  graph.points.push_back({mark.call, HookKind::kFullBackwardPre});
  Replace(results, gradients);
  // Where nothing is to flow out in front, torch does not wait for the call's beginning.
  if (!HasDifferentiable(graph.calls[mark.call].inputs, is_module)) return LeaveToTheFront(mark);
  return absl::OkStatus();
}

// The gradients of the arguments are known.
absl::Status BackwardPass::LeaveToTheFront(const CallMark& mark) {
  const bool is_module = mark.module != nullptr;
  Graph& graph = builder_.graph();
  const std::vector<Symbol> arguments = graph.calls[mark.call].inputs;
  // Seen from behind already, or not reached at all.
  if (graph.calls[mark.call].grad_outputs.empty() || (!mark.leaves && !HasDifferentiable(arguments, is_module))) {
    return absl::OkStatus();
  }
  std::vector<Symbol> gradients;
  bool any = false;
  for (const Symbol& argument : arguments) {
    gradients.push_back(GradientsOf(argument, is_module));
    ForEachLeaf(gradients.back(), [&](Value) { any = true; });
  }
  if (!any && !mark.leaves) return absl::OkStatus();  // The arguments do not lead to the results.
  if (is_module) {
    RETURN_IF_ERROR(
        RunFullBackwardHooks(builder_, *mark.module, gradients, std::vector(graph.calls[mark.call].grad_outputs)));
  }
  RETURN_IF_ERROR(edits_.Apply(builder_, graph.calls[mark.call], HookKind::kFullBackward, gradients));
  graph.calls[mark.call].grad_inputs = gradients;
  graph.points.push_back({mark.call, HookKind::kFullBackward});
  Replace(arguments, gradients);
  return absl::OkStatus();
}

absl::Status BackwardPass::FinishLeaf(const Leaf& leaf) {
  const std::optional<Value> gradient = GradientOf(leaf.value);
  if (!gradient.has_value()) return absl::OkStatus();
  Graph& graph = builder_.graph();
  builder_.set_current_call(-1);
  ModuleCall call;
  call.path = call.called_as = leaf.path;
  call.type = leaf.parameter == nullptr ? "Tensor" : "Parameter";
  call.subject = ModuleCall::Subject::kLeaf;
  const auto index = static_cast<int32_t>(graph.calls.size());
  std::vector<Symbol> gradients = {Symbol(*gradient)};
  if (leaf.parameter != nullptr) RETURN_IF_ERROR(RunTensorHooks(builder_, *leaf.parameter, gradients));
  RETURN_IF_ERROR(edits_.Apply(builder_, call, HookKind::kTensorGrad, gradients));
  call.tensor_grads = gradients;
  graph.calls.push_back(std::move(call));
  graph.points.push_back({index, HookKind::kTensorGrad});
  Replace({Symbol(leaf.value)}, gradients);
  return absl::OkStatus();
}

absl::Status BackwardPass::CheckWanted() const {
  for (const Leaf& leaf : leaves_) {
    if (!leaf.explicitly_wanted || GradientOf(leaf.value).has_value()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        leaf.path,
        ": One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if "
        "this is the desired behavior."));
  }
  return absl::OkStatus();
}

Symbol BackwardPass::Output(const CallSignature& signature, const BackwardSpec& spec, const Symbol& output,
                            const Symbol& objective) const {
  absl::flat_hash_set<int32_t> wanted;
  for (const Leaf& leaf : leaves_) {
    if (leaf.parameter == nullptr) wanted.insert(leaf.value.id);
  }
  size_t next = 0;
  const auto gradient = [&](const TensorSpec&) -> Symbol {
    const Value argument = arguments_[next++];
    const std::optional<Value> found = wanted.contains(argument.id) ? GradientOf(argument) : std::nullopt;
    return found.has_value() ? Symbol(*found) : Symbol();
  };
  Symbol::Tuple args;
  for (const SpecTree& arg : signature.args) args.items.push_back(MapLeaves<Value>(arg, gradient));
  Symbol::Dict kwargs;
  for (const auto& [name, arg] : signature.kwargs) kwargs.entries.emplace_back(name, MapLeaves<Value>(arg, gradient));

  absl::flat_hash_map<std::string, Value> found;
  for (const Leaf& leaf : leaves_) {
    const std::optional<Value> sum = GradientOf(leaf.value);
    if (leaf.parameter != nullptr && sum.has_value()) found.emplace(leaf.path, *sum);
  }
  Symbol::Dict parameters;
  const auto add = [&](const std::string& name) {
    const auto it = found.find(name);
    parameters.entries.emplace_back(name, it == found.end() ? Symbol() : Symbol(it->second));
  };
  if (spec.parameters.has_value()) {
    for (const std::string& name : *spec.parameters) add(name);
  } else {
    for (const auto& [name, parameter] : root_.named_parameters()) {
      if (parameter->requires_grad) add(name);
    }
  }
  const bool has_loss = spec.objective == BackwardSpec::Objective::kLoss;
  return Symbol(Symbol::Tuple{{output, has_loss ? objective : Symbol(), Symbol(std::move(args)),
                               Symbol(std::move(kwargs)), Symbol(std::move(parameters))}});
}

absl::Status BackwardPass::Add(Value value, Value gradient) {
  std::optional<Value>& sum = gradients_[value.id];
  if (!sum.has_value()) {
    sum = gradient;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(sum, builder_.Apply<AddOp>({}, {*sum, gradient}));
  return absl::OkStatus();
}

std::optional<Value> BackwardPass::GradientOf(Value value) const {
  return static_cast<size_t>(value.id) < gradients_.size() ? gradients_[value.id] : std::nullopt;
}

Symbol BackwardPass::GradientsOf(const Symbol& symbol, bool is_module) const {
  return GradientsLike(symbol, is_module, [&](Value value) -> Symbol {
    const std::optional<Value> gradient = GradientOf(value);
    return gradient.has_value() ? Symbol(*gradient) : Symbol();
  });
}

void BackwardPass::Replace(const std::vector<Symbol>& symbols, const std::vector<Symbol>& gradients) {
  for (size_t i = 0; i < symbols.size(); ++i) {
    if (const Value* gradient = gradients[i].As<Value>()) {
      gradients_[std::get<Value>(symbols[i].value).id] = *gradient;
    } else if (gradients[i].Items() != nullptr) {
      Replace(*symbols[i].Items(), *gradients[i].Items());
    }
  }
}

bool BackwardPass::HasDifferentiable(const std::vector<Symbol>& symbols, bool is_module) const {
  bool any = false;
  for (const Symbol& symbol : symbols) {
    if (is_module && !symbol.Is<Value>()) continue;
    ForEachLeaf(symbol, [&](Value value) { any = any || differentiable_[value.id]; });
  }
  return any;
}

}  // namespace moduled::nn
