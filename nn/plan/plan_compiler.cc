#include "nn/plan/plan_compiler.h"

#include <algorithm>
#include <utility>

#include "nn/tensor/file_pages.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Inputs and constants exist before the first step.
constexpr size_t kBeforeSteps = static_cast<size_t>(-1);

}  // namespace

PlanCompiler::PlanCompiler(std::shared_ptr<const Graph> graph, PlanOptions options)
    : g_(*graph), plan_(std::make_shared<Plan>()) {
  plan_->graph_ = std::move(graph);
  plan_->options_ = std::move(options);
}

absl::StatusOr<std::shared_ptr<const Plan>> PlanCompiler::Compile() {
  FindRoots();
  FindEscaping();
  FindLiveNodes();
  ListSteps();
  RETURN_IF_ERROR(MakeKernels());
  FindLifetimes();
  RETURN_IF_ERROR(PlaceValues());
  SchedulePoints();
  return std::move(plan_);
}

void PlanCompiler::FindRoots() {
  roots_.resize(g_.values.size());
  for (size_t id = 0; id < g_.values.size(); ++id) roots_[id] = static_cast<int32_t>(id);
  for (const Node& node : g_.nodes) {
    if (node.op.traits().view) roots_[node.outputs[0].id] = Root(node.inputs[0]);
  }
}

void PlanCompiler::FindEscaping() {
  escapes_.assign(g_.values.size(), false);
  const auto mark = [&](Value value) { escapes_[Root(value)] = true; };
  ForEachLeaf(g_.output, mark);
  for (const HookPoint& point : plan_->options_.observed) {
    g_.ForEachSeen(point, [&](const Symbol& symbol) { ForEachLeaf(symbol, mark); });
  }
  for (const FailureHook& hook : g_.failure_hooks) {
    g_.ForEachSeen({hook.call, HookKind::kForwardPre}, [&](const Symbol& symbol) { ForEachLeaf(symbol, mark); });
  }
}

void PlanCompiler::FindLiveNodes() {
  live_.assign(g_.nodes.size(), false);
  std::vector<bool> needed = escapes_;
  for (size_t n = g_.nodes.size(); n-- > 0;) {
    const Node& node = g_.nodes[n];
    const bool used = std::any_of(node.outputs.begin(), node.outputs.end(), [&](Value v) { return needed[Root(v)]; });
    if (!used && !node.op.traits().side_effect) continue;
    live_[n] = true;
    for (Value input : node.inputs) needed[Root(input)] = true;
  }
}

void PlanCompiler::ListSteps() {
  for (size_t n = 0; n < g_.nodes.size(); ++n) {
    if (!live_[n] || g_.nodes[n].op.traits().view) continue;
    plan_->steps_.emplace_back().node = static_cast<int32_t>(n);
  }
}

absl::Status PlanCompiler::MakeKernels() {
  for (const Constant& constant : g_.constants) plan_->constants_.push_back(constant.tensor);
  for (Plan::Step& step : plan_->steps_) {
    const absl::Status made = MakeKernel(step);
    if (!made.ok()) return g_.InModule(g_.nodes[step.node], made);  // The operator knows nothing of modules.
  }
  return absl::OkStatus();
}

absl::Status PlanCompiler::MakeKernel(Plan::Step& step) {
  const PlanOptions& options = plan_->options_;
  const Node& node = g_.nodes[step.node];
  std::vector<TensorSpec> in, out;
  std::vector<std::optional<KnownInput>> known(node.inputs.size());
  std::vector<const KnownInput*> pointers(node.inputs.size(), nullptr);
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    in.push_back(g_.spec(node.inputs[i]));
    ASSIGN_OR_RETURN(known[i], Known(node.inputs[i]));
    if (known[i].has_value()) pointers[i] = &*known[i];
  }
  for (const Value output : node.outputs) out.push_back(g_.spec(output));
  ASSIGN_OR_RETURN(step.kernel, node.op.MakeKernel({in, out, pointers, options.threads, options.precision,
                                                    options.packs, options.algorithms}));
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (known[i].has_value()) RETURN_IF_ERROR(Settle(node.inputs[i], *known[i], step.kernel->reads(i)));
  }
  return absl::OkStatus();
}

// What a value is if it is a constant.
absl::StatusOr<std::optional<KnownInput>> PlanCompiler::Known(Value value) const {
  const ValueInfo& root = g_.values[Root(value)];
  if (root.source != ValueSource::kConstant) return std::optional<KnownInput>();
  const Constant& constant = g_.constants[root.index];
  if (constant.recipe != nullptr && constant.recipe->spec == g_.spec(value)) return KnownInput(constant.recipe);
  Tensor tensor = constant.tensor;
  if (constant.recipe != nullptr) {
    ASSIGN_OR_RETURN(tensor, constant.recipe->make());
  }
  ASSIGN_OR_RETURN(tensor, tensor.Reshape(g_.spec(value).shape));
  return KnownInput(std::move(tensor));
}

// Keeps what steps read, and gives back what they have packed.
absl::Status PlanCompiler::Settle(Value value, const KnownInput& known, bool is_read) {
  const auto index = static_cast<size_t>(g_.values[Root(value)].index);
  const bool is_made = g_.constants[index].recipe != nullptr;
  if (!is_read) {
    if (!is_made) DropFilePages(plan_->constants_[index]);
    return absl::OkStatus();
  }
  if (!is_made) return absl::OkStatus();
  ASSIGN_OR_RETURN(plan_->constants_[index], known.Get());
  return absl::OkStatus();
}

void PlanCompiler::FindLifetimes() {
  made_.assign(g_.values.size(), kBeforeSteps);
  last_use_.assign(g_.values.size(), 0);
  storage_ = roots_;
  for (size_t s = 0; s < plan_->steps_.size(); ++s) {
    const Node& node = g_.nodes[plan_->steps_[s].node];
    for (Value input : node.inputs) last_use_[Root(input)] = s;
    for (Value output : node.outputs) made_[output.id] = last_use_[output.id] = s;
  }
  for (size_t s = 0; s < plan_->steps_.size(); ++s) {
    const Node& node = g_.nodes[plan_->steps_[s].node];
    const int input = node.op.traits().in_place ? 0 : plan_->steps_[s].kernel->in_place_input();
    if (input >= 0 && static_cast<size_t>(input) < node.inputs.size()) TryInPlace(node, static_cast<size_t>(input), s);
  }
}

// Lets the first output overwrite an input where that input's bytes are not needed any more.
bool PlanCompiler::TryInPlace(const Node& node, size_t input, size_t step) {
  const int32_t in = Root(node.inputs[input]);
  const int32_t out = node.outputs[0].id;
  if (made_[in] == kBeforeSteps || escapes_[in] || escapes_[out] || last_use_[in] != step) return false;
  if (g_.spec(node.inputs[input]).byte_size() != g_.spec(node.outputs[0]).byte_size()) return false;
  const auto same_root = [&](Value v) { return Root(v) == in; };
  if (std::count_if(node.inputs.begin(), node.inputs.end(), same_root) > 1) return false;
  storage_[out] = storage_[in];
  last_use_[storage_[in]] = std::max(last_use_[storage_[in]], last_use_[out]);
  return true;
}

absl::Status PlanCompiler::PlaceValues() {
  using Place = Plan::Place;
  plan_->places_.resize(g_.values.size());
  std::vector<BufferLifetime> buffers;
  std::vector<int32_t> owners;  // The storage root of each buffer; -1 for the scratch of a step.
  for (int32_t id = 0; id < static_cast<int32_t>(g_.values.size()); ++id) {
    if (roots_[id] != id) continue;
    const ValueInfo& info = g_.values[id];
    if (info.source == ValueSource::kInput) {
      plan_->places_[id] = {Place::Kind::kInput, static_cast<size_t>(info.index)};
    } else if (info.source == ValueSource::kConstant) {
      plan_->places_[id] = {Place::Kind::kConstant, static_cast<size_t>(info.index)};
    } else if (made_[id] != kBeforeSteps && escapes_[id]) {
      plan_->places_[id] = {Place::Kind::kEscaping, plan_->escaping_.size()};
      plan_->escaping_.push_back(info.spec);
      plan_->escaping_bytes_ += info.spec.byte_size();
    } else if (made_[id] != kBeforeSteps && storage_[id] == id) {
      buffers.push_back({info.spec.byte_size(), made_[id], last_use_[id]});
      owners.push_back(id);
    }
  }
  const size_t value_buffers = buffers.size();
  for (size_t s = 0; s < plan_->steps_.size(); ++s) buffers.push_back({plan_->steps_[s].kernel->scratch_bytes(), s, s});

  ASSIGN_OR_RETURN(const MemoryLayout layout, PlanMemory(buffers));
  plan_->arena_bytes_ = layout.arena_bytes;
  for (size_t b = 0; b < value_buffers; ++b) plan_->places_[owners[b]] = {Place::Kind::kArena, layout.offsets[b]};
  for (size_t id = 0; id < g_.values.size(); ++id) {
    Place& place = plan_->places_[id];
    if (place.kind == Place::Kind::kUnused) place = plan_->places_[storage_[roots_[id]]];
  }
  for (size_t s = 0; s < plan_->steps_.size(); ++s) {
    Plan::Step& step = plan_->steps_[s];
    step.scratch_offset = layout.offsets[value_buffers + s];
    const Node& node = g_.nodes[step.node];
    for (Value input : node.inputs) step.inputs.push_back(plan_->places_[input.id]);
    for (Value output : node.outputs) step.outputs.push_back(plan_->places_[output.id]);
  }
  return absl::OkStatus();
}

// Points fire in order, each as soon as its values and those of the points before it exist.
void PlanCompiler::SchedulePoints() {
  const std::vector<HookPoint>& points = plan_->options_.observed;
  size_t steps_done = 0;  // How many steps must be done before the current point can fire.
  for (size_t p = 0; p < points.size(); ++p) {
    g_.ForEachSeen(points[p], [&](const Symbol& symbol) {
      ForEachLeaf(symbol, [&](Value value) {
        if (made_[Root(value)] != kBeforeSteps) steps_done = std::max(steps_done, made_[Root(value)] + 1);
      });
    });
    if (steps_done == 0) {
      plan_->points_before_steps_ = p + 1;
    } else {
      plan_->steps_[steps_done - 1].end_point = p + 1;
    }
  }
}

}  // namespace moduled::nn
