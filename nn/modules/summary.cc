#include "nn/modules/summary.h"

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nn/modules/trace.h"

namespace moduled::nn {
namespace {

int64_t Plus(int64_t a, int64_t b) {
  int64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}

int64_t Times(int64_t a, int64_t b) {
  int64_t product;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<int64_t>::max() : product;
}

// The product of the extents [first, last), as far as there are any.
int64_t Extents(const Shape& shape, size_t first, size_t last) {
  int64_t product = 1;
  for (size_t axis = first; axis < std::min(last, shape.rank()); ++axis) product = Times(product, shape[axis]);
  return product;
}

// How often each element of a parameter is multiplied.
int64_t Uses(absl::string_view type, absl::string_view parameter, const Shape& output) {
  if (parameter == "weight" || parameter == "bias") {
    if (absl::StrContains(type, "Conv")) return Times(Extents(output, 0, 1), Extents(output, 2, output.rank()));
    if (absl::StrContains(type, "Linear")) return Extents(output, 0, output.empty() ? 0 : output.rank() - 1);
    return Extents(output, 0, 1);
  }
  if (absl::StrContains(parameter, "weight") || absl::StrContains(parameter, "bias")) return Extents(output, 0, 2);
  return 0;
}

void AppendTensors(const Graph& graph, const std::string& name, const Symbol& symbol, std::vector<SummaryTensor>& out) {
  if (const Value* value = symbol.As<Value>()) {
    out.emplace_back(name, graph.spec(*value));
  } else if (const std::vector<Symbol>* items = symbol.Items()) {
    for (size_t i = 0; i < items->size(); ++i) AppendTensors(graph, absl::StrCat(name, "[", i, "]"), (*items)[i], out);
  } else if (const auto* dict = symbol.As<Symbol::Dict>()) {
    for (const auto& [key, item] : dict->entries) AppendTensors(graph, absl::StrCat(name, ".", key), item, out);
  }
}

int64_t Bytes(const std::vector<SummaryTensor>& tensors) {
  int64_t bytes = 0;
  for (const auto& [name, spec] : tensors) bytes = Plus(bytes, static_cast<int64_t>(spec.byte_size()));
  return bytes;
}

std::string ParentPath(const std::string& path) {
  const size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

class Summarizer {
 public:
  Summarizer(const Module& root, const Graph& graph) : graph_(graph) {
    for (const auto& [path, module] : root.named_modules()) modules_.emplace_back(path, module);
    for (size_t i = 0; i < modules_.size(); ++i) places_.emplace(modules_[i].first, i);
  }

  std::vector<SummaryRow> Rows(const std::string& error) {
    std::vector<int64_t> mult_adds = MultAdds();
    for (size_t c = 0; c < graph_.calls.size(); ++c) {
      if (graph_.calls[c].subject == ModuleCall::Subject::kModule) AddCall(graph_.calls[c], mult_adds[c]);
    }
    if (error.empty()) {
      AddUncalled();
    } else {
      MarkFailure(error);
    }
    return std::move(rows_);
  }

 private:
  // By call: its own with those of the calls inside it.
  std::vector<int64_t> MultAdds() const {
    std::vector<int64_t> sums(graph_.calls.size(), 0);
    for (size_t c = graph_.calls.size(); c-- > 0;) {
      const ModuleCall& call = graph_.calls[c];
      if (call.subject == ModuleCall::Subject::kModule) sums[c] = Plus(sums[c], OwnMultAdds(call));
      if (call.parent >= 0) sums[call.parent] = Plus(sums[call.parent], sums[c]);
    }
    return sums;
  }

  int64_t OwnMultAdds(const ModuleCall& call) const {
    std::vector<SummaryTensor> outputs;
    AppendTensors(graph_, "", call.output, outputs);
    const auto place = places_.find(call.path);
    if (outputs.empty() || place == places_.end()) return 0;
    int64_t sum = 0;
    for (const auto& [name, parameter] : modules_[place->second].second->named_parameters(/*recurse=*/false)) {
      sum = Plus(sum, Times(parameter->data.numel(), Uses(call.type, name, outputs[0].second.shape)));
    }
    return sum;
  }

  void AddCall(const ModuleCall& call, int64_t mult_adds) {
    AddContainers(call.called_as);
    SummaryRow row = RowOf(call.path, call.called_as);
    row.call_index = call.call_index;
    row.called = true;
    for (size_t i = 0; i < call.inputs.size(); ++i) {
      const std::string name = call.inputs.size() == 1 ? "" : absl::StrCat("[", i, "]");
      AppendTensors(graph_, name, call.inputs[i], row.inputs);
    }
    for (const auto& [name, input] : call.kwargs) AppendTensors(graph_, name, input, row.inputs);
    AppendTensors(graph_, "", call.output, row.outputs);
    row.activation_bytes = Bytes(row.outputs);
    row.mult_adds = mult_adds;
    rows_.push_back(std::move(row));
  }

  // Modules without a forward, such as ModuleList, stand above the first of their children that is called.
  void AddContainers(const std::string& called_as) {
    if (called_as.empty()) return;
    const std::string parent = ParentPath(called_as);
    if (seen_paths_.contains(parent)) return;
    AddContainers(parent);
    if (places_.contains(parent)) rows_.push_back(RowOf(parent, parent));
  }

  // What the forward passes by, where the tree has it.
  void AddUncalled() {
    for (size_t i = 0; i < modules_.size(); ++i) {
      const std::string& path = modules_[i].first;
      if (seen_.contains(path)) continue;
      const auto comes_later = [&](const SummaryRow& row) { return places_.at(row.path) > i && row.call_index == 0; };
      const auto before = std::find_if(rows_.begin(), rows_.end(), comes_later);
      const auto place = before - rows_.begin();
      SummaryRow row = RowOf(path, path);
      rows_.insert(rows_.begin() + place, std::move(row));
    }
  }

  // The innermost call that did not come to its end.
  void MarkFailure(const std::string& error) {
    absl::flat_hash_set<std::pair<std::string, int32_t>> ended;
    for (const HookPoint& point : graph_.points) {
      const ModuleCall& call = graph_.calls[point.call];
      if (point.kind == HookKind::kForward) ended.emplace(call.path, call.call_index);
    }
    for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
      if (!row->called || ended.contains(std::make_pair(row->path, row->call_index))) continue;
      row->error = error;
      rows_.erase(row.base(), rows_.end());
      return;
    }
  }

  SummaryRow RowOf(const std::string& path, const std::string& called_as) {
    const Module& module = *modules_[places_.at(path)].second;
    SummaryRow row;
    row.path = path;
    row.called_as = called_as;
    row.type = module.type();
    row.depth = called_as.empty() ? 0 : 1 + static_cast<int32_t>(std::count(called_as.begin(), called_as.end(), '.'));
    row.leaf = module.named_children().empty();
    row.kernel_shape = module.WindowShape();
    for (const auto& [name, parameter] : module.named_parameters(/*recurse=*/false)) {
      row.own_parameters = Plus(row.own_parameters, parameter->data.numel());
      if (!row.dtype.has_value()) row.dtype = parameter->data.dtype();
    }
    for (const auto& [name, parameter] : module.named_parameters()) {
      row.total_parameters = Plus(row.total_parameters, parameter->data.numel());
      if (parameter->requires_grad) {
        row.trainable_parameters = Plus(row.trainable_parameters, parameter->data.numel());
      }
    }
    row.recursive = !seen_.insert(path).second && row.total_parameters > 0;
    seen_paths_.insert(called_as);
    return row;
  }

  const Graph& graph_;
  Module::Named<const Module*> modules_;  // In named_modules' order.
  absl::flat_hash_map<std::string, size_t> places_;
  absl::flat_hash_set<std::string> seen_;        // First names that have a row.
  absl::flat_hash_set<std::string> seen_paths_;  // Names that have a row.
  std::vector<SummaryRow> rows_;
};

SummaryTotals Totals(const Module& root, const std::vector<SummaryRow>& rows) {
  SummaryTotals totals;
  for (const auto& [name, parameter] : root.named_parameters()) {
    totals.parameters = Plus(totals.parameters, parameter->data.numel());
    if (parameter->requires_grad) totals.trainable_parameters += parameter->data.numel();
    totals.parameter_bytes += static_cast<int64_t>(parameter->data.byte_size());
  }
  for (const auto& [name, buffer] : root.named_buffers()) {
    totals.buffer_bytes += static_cast<int64_t>(buffer->data.byte_size());
  }
  for (const SummaryRow& row : rows) {
    if (row.leaf && row.own_parameters > 0)
      totals.activation_bytes = Plus(totals.activation_bytes, row.activation_bytes);
  }
  if (!rows.empty()) {
    totals.input_bytes = Bytes(rows[0].inputs);
    totals.mult_adds = rows[0].mult_adds;
  }
  return totals;
}

}  // namespace

Summary Summarize(const Module& root, const CallSignature& signature) {
  Graph graph;
  const absl::Status status = Trace::Explore(root, signature, graph);
  Summary summary;
  summary.error = std::string(status.message());
  summary.rows = Summarizer(root, graph).Rows(summary.error);
  summary.totals = Totals(root, summary.rows);
  return summary;
}

}  // namespace moduled::nn
