// A graph while passes rewrite it.
//
// Values keep their numbers, their types and their meaning: whoever observes a value finds it, and a pass that computes
// something else (another layout, a fused result) makes a new value for it. A value that must exist after the run, or
// that more than one node reads, is a barrier: nodes cannot be fused across it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/graph/graph.h"

namespace moduled::nn {

class Rewrite {
 public:
  // `kept`, by value: what leaves the run.
  Rewrite(Graph graph, std::vector<bool> kept);

  // Nodes count from 0 in execution order; those that were removed keep their number and are not alive.
  size_t size() const { return entries_.size(); }
  bool alive(size_t at) const { return entries_[at].alive; }
  const Node& node(size_t at) const { return entries_[at].node; }

  const TensorSpec& spec(Value value) const { return graph_.spec(value); }
  std::vector<TensorSpec> specs(absl::Span<const Value> values) const;
  bool kept(Value value) const { return kept_[value.id]; }
  // The tensor of a constant, null for other values and for what a recipe makes.
  const Tensor* constant(Value value) const;
  // The node that makes a value, nullopt for inputs and constants.
  std::optional<size_t> Producer(Value value) const;
  // Whether a node reads it, or it is kept.
  bool IsRead(Value value) const { return kept(value) || !readers_[value.id].empty(); }
  // The only node that reads a value, nullopt where the value is kept, or read by none or several.
  std::optional<size_t> OnlyReader(Value value) const;

  Value AddValue(TensorSpec spec);
  Value AddConstant(Tensor tensor, std::string name);
  Value AddConstant(Recipe recipe);

  // Puts another node into the place of one. The values that it makes are its own from then on.
  void Replace(size_t at, Node node);
  void Remove(size_t at);
  // The same value from then on everywhere, also where it is kept. `from` must not be made by any node any more.
  void ReplaceReads(Value from, Value to);

  // Puts nodes before the node `at`. All numbers change; ones from before are stale.
  struct Insertion {
    size_t at;
    Node node;
  };
  void Insert(std::vector<Insertion> insertions);

  // Removes what nothing needs.
  void RemoveDead();

  Graph Finish() &&;

 private:
  struct Entry {
    Node node;
    size_t origin;  // The node of the original graph that it came from: failure hooks name nodes.
    bool alive = true;
  };

  void Reindex();

  Graph graph_;
  std::vector<bool> kept_;
  std::vector<Entry> entries_;
  std::vector<std::vector<size_t>> readers_;  // By value: the nodes that read it, once for each input.
  std::vector<int64_t> producers_;            // By value; -1 for none.
};

}  // namespace moduled::nn
