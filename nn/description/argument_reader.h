// Turns the arguments of a graph's nodes into torch.fx's: node names become indices.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "moduled/v1/module.pb.h"
#include "nn/modules/graph_module.h"

namespace moduled::nn {

class ArgumentReader {
 public:
  // Takes the number of nodes and arguments from `budget`.
  ArgumentReader(const v1::Graph& graph, int64_t& budget) : graph_(graph), budget_(budget) {}

  // The next node, which later arguments may name. Requires a name that CheckName accepted.
  void AddNode(const std::string& name) { indices_.emplace(name, static_cast<int32_t>(indices_.size())); }
  absl::Status CheckName(const std::string& name) const;

  absl::StatusOr<FxArgument> Read(const v1::Argument& argument) { return Read(argument, 0); }

  // Takes one from the budget.
  absl::Status Spend();

 private:
  absl::StatusOr<FxArgument> Read(const v1::Argument& argument, int depth);
  absl::StatusOr<FxArgument> ReadReference(const std::string& name) const;
  absl::StatusOr<std::vector<FxArgument>> ReadItems(const v1::ArgumentList& list, int depth);
  absl::StatusOr<FxArgument> ReadDict(const v1::ArgumentDict& dict, int depth);
  absl::StatusOr<FxArgument> ReadSlice(const v1::Slice& slice, int depth);

  const v1::Graph& graph_;
  int64_t& budget_;
  absl::flat_hash_map<std::string, int32_t> indices_;  // Of the nodes so far.
};

}  // namespace moduled::nn
