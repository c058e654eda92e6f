#include "nn/modules/graph_module.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/trace.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status AtNode(const FxNode& node, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("graph: node ", node.name, ": ", problem));
}

absl::Status CheckTarget(const Module& module, const FxNode& node) {
  if (node.kind == FxNode::Kind::kCallModule) {
    const auto child = module.get_submodule(node.target);
    if (!child.ok() || node.target.empty()) {
      return AtNode(node, absl::StrCat("no such module (got \"", node.target, "\")"));
    }
  } else if (node.kind == FxNode::Kind::kGetAttr) {
    if (!module.get_parameter(node.target).ok() && !module.get_buffer(node.target).ok()) {
      return AtNode(node, absl::StrCat("no such parameter or buffer (got \"", node.target, "\")"));
    }
  } else if (node.kind == FxNode::Kind::kCallFunction && node.function == nullptr) {
    return AtNode(node, "no such function");
  }
  return absl::OkStatus();
}

// Every reference must be to an earlier node: `index` is the node's own.
absl::Status CheckReferences(const FxNode& node, size_t index) {
  absl::Status status;
  const auto check = [&](NodeRef ref) {
    if (ref.index < 0 || static_cast<size_t>(ref.index) >= index) {
      status = AtNode(node, "it uses a node that does not come before it");
    }
  };
  for (const FxArgument& arg : node.args) ForEachLeaf(arg, check);
  for (const auto& [name, arg] : node.kwargs) ForEachLeaf(arg, check);
  return status;
}

// Runs the nodes of one call.
class Interpreter {
 public:
  Interpreter(const Module& module, const FxGraph& graph, Trace& trace, const BoundArguments& arguments)
      : module_(module), graph_(graph), trace_(trace), arguments_(arguments) {}

  absl::StatusOr<Symbol> Run() {
    for (const FxNode& node : graph_.nodes) {
      RETURN_IF_ERROR(BookArguments(node));
      if (node.kind == FxNode::Kind::kOutput) return Resolve(node.args[0]);
      ASSIGN_OR_RETURN(Symbol result, RunNode(node));
      extents_.push_back(MeasureNested(result, [](Value) { return Extent(); }));
      results_.push_back(std::move(result));
    }
    return absl::InvalidArgumentError("graph: it has no output");
  }

 private:
  absl::StatusOr<Symbol> RunNode(const FxNode& node) {
    switch (node.kind) {
      case FxNode::Kind::kPlaceholder: {
        const Symbol* given = arguments_.Find(next_argument_++);
        return given != nullptr ? *given : Resolve(node.args[0]);
      }
      case FxNode::Kind::kGetAttr:
        return GetAttr(node.target);
      case FxNode::Kind::kCallModule: {
        ASSIGN_OR_RETURN(const Module* child, module_.get_submodule(node.target));
        return trace_.Call(node.target, *child, ResolveArguments(node));
      }
      case FxNode::Kind::kCallFunction: {
        absl::StatusOr<Symbol> result = trace_.CallFunction(node.name, *node.function, ResolveArguments(node));
        if (result.ok()) return result;
        return absl::Status(result.status().code(), absl::StrCat(node.name, ": ", result.status().message()));
      }
      case FxNode::Kind::kOutput:
        break;
    }
    return absl::InternalError(absl::StrCat(node.name, ": a node of no kind"));
  }

  absl::StatusOr<Symbol> GetAttr(const std::string& target) {
    if (const auto parameter = module_.get_parameter(target); parameter.ok()) return Symbol(trace_.Use(**parameter));
    ASSIGN_OR_RETURN(const Buffer* buffer, module_.get_buffer(target));
    return Symbol(trace_.Use(*buffer));
  }

  // Before they are resolved: the results that they name may be large.
  absl::Status BookArguments(const FxNode& node) {
    const auto of_result = [&](NodeRef ref) { return extents_[ref.index]; };
    const auto book = [&](const FxArgument& arg) {
      const absl::Status status = trace_.Book(MeasureNested(arg, of_result));
      return status.ok() ? status : AtNode(node, status.message());
    };
    for (const FxArgument& arg : node.args) RETURN_IF_ERROR(book(arg));
    for (const auto& [name, arg] : node.kwargs) RETURN_IF_ERROR(book(arg));
    return absl::OkStatus();
  }

  // A constant, or the result of a node; nested as in Python.
  Symbol Resolve(const FxArgument& argument) const {
    return MapLeaves<Value>(argument, [&](NodeRef ref) { return results_[ref.index]; });
  }

  Arguments ResolveArguments(const FxNode& node) const {
    Arguments arguments;
    for (const FxArgument& arg : node.args) arguments.positional.push_back(Resolve(arg));
    for (const auto& [name, arg] : node.kwargs) arguments.keyword.emplace_back(name, Resolve(arg));
    return arguments;
  }

  const Module& module_;
  const FxGraph& graph_;
  Trace& trace_;
  const BoundArguments& arguments_;
  size_t next_argument_ = 0;     // Placeholders stand in the order of forward's arguments.
  std::vector<Symbol> results_;  // By node.
  std::vector<Extent> extents_;  // By node.
};

}  // namespace

absl::Status GraphModule::Check() const {
  if (!graph_.has_value()) return absl::OkStatus();
  const std::vector<FxNode>& nodes = graph_->nodes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    RETURN_IF_ERROR(CheckTarget(*this, nodes[i]));
    RETURN_IF_ERROR(CheckReferences(nodes[i], i));
    const bool last = i + 1 == nodes.size();
    if ((nodes[i].kind == FxNode::Kind::kOutput) != last) {
      return AtNode(nodes[i], last ? "the last node is no output" : "nodes follow the output");
    }
    if (last && nodes[i].args.size() != 1) {
      return AtNode(nodes[i], absl::StrCat("wrong number of results (got ", nodes[i].args.size(), ", want 1)"));
    }
  }
  return nodes.empty() ? absl::InvalidArgumentError("graph: it has no nodes") : absl::OkStatus();
}

absl::StatusOr<Symbol> GraphModule::Forward(Trace& trace, const Arguments& arguments) const {
  if (!graph_.has_value()) return Module::Forward(trace, arguments);
  std::vector<FormalArgument> formals;
  for (const FxNode& node : graph_->nodes) {
    if (node.kind != FxNode::Kind::kPlaceholder) continue;
    formals.push_back({node.target, node.args.empty() ? FormalArgument::Kind::kRequired : kOptional});
  }
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(absl::StrCat(type(), ".forward"), /*is_method=*/true, formals, arguments));
  return Interpreter(*this, *graph_, trace, bound).Run();
}

}  // namespace moduled::nn
