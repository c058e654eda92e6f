#include "nn/plan/passes/rewrite.h"

#include <algorithm>
#include <utility>

namespace moduled::nn {

Rewrite::Rewrite(Graph graph, std::vector<bool> kept) : graph_(std::move(graph)), kept_(std::move(kept)) {
  entries_.reserve(graph_.nodes.size());
  for (size_t i = 0; i < graph_.nodes.size(); ++i) entries_.push_back({std::move(graph_.nodes[i]), i});
  graph_.nodes.clear();
  Reindex();
}

std::vector<TensorSpec> Rewrite::specs(absl::Span<const Value> values) const {
  std::vector<TensorSpec> specs;
  specs.reserve(values.size());
  for (const Value value : values) specs.push_back(spec(value));
  return specs;
}

const Tensor* Rewrite::constant(Value value) const {
  const ValueInfo& info = graph_.values[value.id];
  if (info.source != ValueSource::kConstant || graph_.constants[info.index].recipe != nullptr) return nullptr;
  return &graph_.constants[info.index].tensor;
}

std::optional<size_t> Rewrite::Producer(Value value) const {
  if (producers_[value.id] < 0) return std::nullopt;
  return static_cast<size_t>(producers_[value.id]);
}

std::optional<size_t> Rewrite::OnlyReader(Value value) const {
  if (kept_[value.id] || readers_[value.id].size() != 1) return std::nullopt;
  return readers_[value.id].front();
}

Value Rewrite::AddValue(TensorSpec spec) {
  const Value value{static_cast<int32_t>(graph_.values.size())};
  graph_.values.push_back({std::move(spec), ValueSource::kNode, 0, 0});
  kept_.push_back(false);
  readers_.emplace_back();
  producers_.push_back(-1);
  return value;
}

Value Rewrite::AddConstant(Tensor tensor, std::string name) {
  const Value value = AddValue(tensor.spec());
  graph_.values[value.id].source = ValueSource::kConstant;
  graph_.values[value.id].index = static_cast<int32_t>(graph_.constants.size());
  graph_.constants.push_back({std::move(tensor), std::move(name)});
  return value;
}

Value Rewrite::AddConstant(Recipe recipe) {
  const Value value = AddValue(recipe.spec);
  graph_.values[value.id].source = ValueSource::kConstant;
  graph_.values[value.id].index = static_cast<int32_t>(graph_.constants.size());
  graph_.constants.push_back({Tensor(), "", std::make_shared<const Recipe>(std::move(recipe))});
  return value;
}

void Rewrite::Replace(size_t at, Node node) {
  Remove(at);
  Entry& entry = entries_[at];
  entry.node = std::move(node);
  entry.alive = true;
  for (const Value input : entry.node.inputs) readers_[input.id].push_back(at);
  for (const Value output : entry.node.outputs) producers_[output.id] = static_cast<int64_t>(at);
}

void Rewrite::Remove(size_t at) {
  Entry& entry = entries_[at];
  if (!entry.alive) return;
  entry.alive = false;
  for (const Value input : entry.node.inputs) {
    std::vector<size_t>& readers = readers_[input.id];
    readers.erase(std::find(readers.begin(), readers.end(), at));
  }
  for (const Value output : entry.node.outputs) {
    if (producers_[output.id] == static_cast<int64_t>(at)) producers_[output.id] = -1;
  }
}

void Rewrite::ReplaceReads(Value from, Value to) {
  for (const size_t reader : readers_[from.id]) {
    std::vector<Value>& inputs = entries_[reader].node.inputs;
    std::replace(inputs.begin(), inputs.end(), from, to);
    readers_[to.id].push_back(reader);
  }
  readers_[from.id].clear();
}

void Rewrite::Insert(std::vector<Insertion> insertions) {
  std::stable_sort(insertions.begin(), insertions.end(),
                   [](const Insertion& a, const Insertion& b) { return a.at < b.at; });
  std::vector<Entry> merged;
  merged.reserve(entries_.size() + insertions.size());
  size_t next = 0;
  for (size_t at = 0; at <= entries_.size(); ++at) {
    const size_t origin = at < entries_.size() ? entries_[at].origin : (entries_.empty() ? 0 : entries_.back().origin);
    for (; next < insertions.size() && insertions[next].at == at; ++next) {
      merged.push_back({std::move(insertions[next].node), origin});
    }
    if (at < entries_.size()) merged.push_back(std::move(entries_[at]));
  }
  entries_ = std::move(merged);
  Reindex();
}

void Rewrite::RemoveDead() {
  for (size_t at = entries_.size(); at-- > 0;) {
    const Entry& entry = entries_[at];
    if (!entry.alive || entry.node.op.traits().side_effect) continue;
    const auto is_read = [&](Value value) { return IsRead(value); };
    if (std::none_of(entry.node.outputs.begin(), entry.node.outputs.end(), is_read)) Remove(at);
  }
}

Graph Rewrite::Finish() && {
  for (FailureHook& hook : graph_.failure_hooks) {
    const auto before = [&](const Entry& entry) { return entry.alive && entry.origin < hook.node; };
    hook.node = static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), before));
  }
  for (Entry& entry : entries_) {
    if (!entry.alive) continue;
    for (size_t output = 0; output < entry.node.outputs.size(); ++output) {
      ValueInfo& info = graph_.values[entry.node.outputs[output].id];
      info.source = ValueSource::kNode;
      info.index = static_cast<int32_t>(graph_.nodes.size());
      info.output = static_cast<int32_t>(output);
    }
    graph_.nodes.push_back(std::move(entry.node));
  }
  return std::move(graph_);
}

void Rewrite::Reindex() {
  readers_.assign(graph_.values.size(), {});
  producers_.assign(graph_.values.size(), -1);
  for (size_t at = 0; at < entries_.size(); ++at) {
    if (!entries_[at].alive) continue;
    for (const Value input : entries_[at].node.inputs) readers_[input.id].push_back(at);
    for (const Value output : entries_[at].node.outputs) producers_[output.id] = static_cast<int64_t>(at);
  }
}

}  // namespace moduled::nn
