#include "nn/plan/plan.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "nn/plan/passes/pass.h"
#include "nn/plan/plan_compiler.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

namespace {

// By value: what leaves the run.
std::vector<bool> Kept(const Graph& graph, const PlanOptions& options) {
  std::vector<bool> kept(graph.values.size(), false);
  const auto mark = [&](Value value) { kept[value.id] = true; };
  const auto mark_all = [&](const Symbol& symbol) { ForEachLeaf(symbol, mark); };
  mark_all(graph.output);
  for (const HookPoint& point : options.observed) graph.ForEachSeen(point, mark_all);
  for (const FailureHook& hook : graph.failure_hooks) {
    graph.ForEachSeen({hook.call, HookKind::kForwardPre}, mark_all);
  }
  return kept;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Plan>> Plan::Compile(std::shared_ptr<const Graph> graph, PlanOptions options) {
  // Where gradients follow, nearly every value is read again: there is nothing to rewrite.
  if (!graph->has_backward) {
    std::vector<bool> kept = Kept(*graph, options);
    ASSIGN_OR_RETURN(Graph optimised, Optimise(*graph, std::move(kept), options));
    graph = std::make_shared<const Graph>(std::move(optimised));
  }
  return PlanCompiler(std::move(graph), std::move(options)).Compile();
}

// One run: the tensors that came, those that leave, and the arena between them.
class Plan::Execution {
 public:
  Execution(const Plan& plan, absl::Span<const Tensor> inputs, Observer* observer)
      : plan_(plan), graph_(*plan.graph_), inputs_(inputs), observer_(observer) {}

  absl::Status Prepare(Workspace& workspace) {
    RETURN_IF_ERROR(CheckInputs());
    arena_ = workspace.Reserve(plan_.arena_bytes_);
    if (arena_ == nullptr && plan_.arena_bytes_ > 0) {
      return absl::ResourceExhaustedError(
          absl::StrCat("out of memory for activations (", plan_.arena_bytes_, " bytes)"));
    }
    escaping_.reserve(plan_.escaping_.size());
    for (const TensorSpec& spec : plan_.escaping_) {
      ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(spec));
      escaping_.push_back(std::move(tensor));
    }
    return absl::OkStatus();
  }

  absl::Status RunSteps(const RunControl& control) {
    absl::InlinedVector<const void*, 16> in;
    absl::InlinedVector<void*, 4> out;
    Notify(plan_.points_before_steps_);
    for (const Step& step : plan_.steps_) {
      RETURN_IF_ERROR(control.Check());
      in.clear();
      out.clear();
      for (const Place& place : step.inputs) in.push_back(Address(place));
      for (const Place& place : step.outputs) out.push_back(const_cast<void*>(Address(place)));
      const absl::Status status = step.kernel->Run({in, out, arena_ + step.scratch_offset, control.seed});
      if (!status.ok()) {
        CallFailureHooks(step.node);
        return graph_.InModule(graph_.nodes[step.node], status);
      }
      if (clock_ != nullptr) clock_->push_back(std::chrono::steady_clock::now());
      Notify(step.end_point);
    }
    return control.Check();
  }

  // Has the end of each step written down.
  void set_clock(std::vector<std::chrono::steady_clock::time_point>* clock) { clock_ = clock; }

  Datum Output() const { return Real(graph_.output); }

 private:
  absl::Status CheckInputs() const {
    if (inputs_.size() != graph_.inputs.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("inputs: wrong number (got ", inputs_.size(), ", want ", graph_.inputs.size(), ")"));
    }
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const TensorSpec& want = graph_.spec(graph_.inputs[i]);
      if (inputs_[i].spec() == want) continue;
      return absl::InvalidArgumentError(absl::StrCat("inputs[", i, "]: wrong type (got ", inputs_[i].spec().ToString(),
                                                     ", want ", want.ToString(), ")"));
    }
    return absl::OkStatus();
  }

  const void* Address(const Place& place) const {
    switch (place.kind) {
      case Place::Kind::kInput:
        return inputs_[place.index].data();
      case Place::Kind::kConstant:
        return plan_.constants_[place.index].data();
      case Place::Kind::kArena:
        return arena_ + place.index;
      case Place::Kind::kEscaping:
        return escaping_[place.index].data();
      case Place::Kind::kUnused:
        break;
    }
    return nullptr;
  }

  // A value that leaves the run, under its own shape: it may be a view.
  Tensor Leaving(Value value) const {
    const Place& place = plan_.places_[value.id];
    const Tensor& storage = place.kind == Place::Kind::kInput      ? inputs_[place.index]
                            : place.kind == Place::Kind::kConstant ? plan_.constants_[place.index]
                                                                   : escaping_[place.index];
    return Tensor::Wrap(graph_.spec(value), storage.owner(), storage.data());
  }

  Datum Real(const Symbol& symbol) const {
    return MapLeaves<Tensor>(symbol, [&](Value value) { return Leaving(value); });
  }

  std::vector<Datum> RealAll(const std::vector<Symbol>& symbols) const {
    std::vector<Datum> data;
    data.reserve(symbols.size());
    for (const Symbol& symbol : symbols) data.push_back(Real(symbol));
    return data;
  }

  // Tells the hooks that want to know of the failure of a node inside their module.
  void CallFailureHooks(int32_t failed) const {
    for (const FailureHook& hook : graph_.failure_hooks) {
      if (static_cast<size_t>(failed) >= hook.node || !graph_.IsInside(graph_.nodes[failed], hook.call)) continue;
      const ModuleCall& call = graph_.calls[hook.call];
      CallData data{RealAll(call.inputs), {}};
      for (const auto& [name, input] : call.kwargs) data.kwargs.emplace_back(name, Real(input));
      try {
        hook.run(data);
      } catch (...) {  // torch makes a warning of it: the failure that is reported is the first one.
      }
    }
  }

  Observation Observe(const HookPoint& point) const {
    const ModuleCall& call = graph_.calls[point.call];
    Observation observation{call, point.kind, {}, {}, {}, {}, {}};
    if (point.kind == HookKind::kTensorGrad) {
      observation.grad_output = RealAll(call.tensor_grads);
    } else if (IsBackward(point.kind)) {
      observation.grad_output = RealAll(call.grad_outputs);
      if (point.kind == HookKind::kFullBackward) observation.grad_input = RealAll(call.grad_inputs);
    } else {
      observation.inputs = RealAll(call.inputs);
      for (const auto& [name, input] : call.kwargs) observation.kwargs.emplace_back(name, Real(input));
      if (point.kind == HookKind::kForward) observation.output = Real(call.output);
    }
    return observation;
  }

  // Fires the observed points before `end` that have not fired yet.
  void Notify(size_t end) {
    for (; next_point_ < end; ++next_point_) {
      if (observer_ == nullptr) continue;
      Observation observation = Observe(plan_.options_.observed[next_point_]);
      observer_->OnObservation(std::move(observation));
    }
  }

  const Plan& plan_;
  const Graph& graph_;
  const absl::Span<const Tensor> inputs_;
  Observer* const observer_;
  uint8_t* arena_ = nullptr;
  std::vector<Tensor> escaping_;
  size_t next_point_ = 0;
  std::vector<std::chrono::steady_clock::time_point>* clock_ = nullptr;
};

absl::StatusOr<Datum> Plan::Execute(absl::Span<const Tensor> inputs, Workspace& workspace, const RunControl& control,
                                    Observer* observer) const {
  Execution execution(*this, inputs, observer);
  RETURN_IF_ERROR(execution.Prepare(workspace));
  RETURN_IF_ERROR(execution.RunSteps(control));
  return execution.Output();
}

absl::StatusOr<std::vector<std::chrono::nanoseconds>> Plan::Time(absl::Span<const Tensor> inputs, Workspace& workspace,
                                                                 int runs, const RunControl& control) const {
  std::vector<std::vector<std::chrono::nanoseconds>> times(steps_.size());
  for (int run = 0; run <= runs; ++run) {
    Execution execution(*this, inputs, nullptr);
    RETURN_IF_ERROR(execution.Prepare(workspace));
    std::vector<std::chrono::steady_clock::time_point> clock = {std::chrono::steady_clock::now()};
    execution.set_clock(&clock);
    RETURN_IF_ERROR(execution.RunSteps(control));
    if (run == 0) continue;  // It finds cold caches and pages that nobody has touched.
    for (size_t s = 0; s < steps_.size(); ++s) times[s].push_back(clock[s + 1] - clock[s]);
  }
  std::vector<std::chrono::nanoseconds> medians;
  for (std::vector<std::chrono::nanoseconds>& each : times) {
    const auto middle = each.begin() + static_cast<std::ptrdiff_t>(each.size() / 2);
    std::nth_element(each.begin(), middle, each.end());
    medians.push_back(each.empty() ? std::chrono::nanoseconds(0) : *middle);
  }
  return medians;
}

std::vector<PlanStep> Plan::Steps() const {
  std::vector<PlanStep> steps;
  for (const Step& step : steps_) {
    const Node& node = graph_->nodes[step.node];
    PlanStep& listed = steps.emplace_back();
    listed.op = std::string(node.op.name());
    listed.absorbed = node.absorbed;
    listed.algorithm = std::string(step.kernel->algorithm());
    if (node.call >= 0) listed.path = graph_->calls[node.call].path;
    listed.channels_last = node.channels_last;
    for (Value output : node.outputs) listed.outputs.push_back(graph_->spec(output));
    listed.scratch_bytes = step.kernel->scratch_bytes();
  }
  return steps;
}

std::string Plan::ToString() const {
  std::string text;
  for (const PlanStep& step : Steps()) {
    absl::StrAppend(&text, step.op, " [", step.algorithm, "]", step.path.empty() ? "" : " ", step.path);
    for (const TensorSpec& output : step.outputs) absl::StrAppend(&text, " ", output.ToString());
    for (const std::string& absorbed : step.absorbed) absl::StrAppend(&text, " + ", absorbed);
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace moduled::nn
