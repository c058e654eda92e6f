#include "nn/modules/graph_module.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/modules/trace.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Python's binding of a call's arguments to the parameters of forward.
class Binder {
 public:
  Binder(const std::string& type, const FxGraph& graph, const Arguments& arguments)
      : type_(type), arguments_(arguments) {
    for (const FxNode& node : graph.nodes) {
      if (node.kind == FxNode::Kind::kPlaceholder) parameters_.push_back(&node);
    }
  }

  absl::Status Check() const {
    const size_t given = arguments_.positional.size();
    if (given > parameters_.size()) return TooMany(given);
    for (const auto& [name, value] : arguments_.keyword) {
      const auto it = std::find_if(parameters_.begin(), parameters_.end(),
                                   [&, &name = name](const FxNode* p) { return p->target == name; });
      if (it == parameters_.end()) return Error(absl::StrCat("got an unexpected keyword argument '", name, "'"));
      if (static_cast<size_t>(it - parameters_.begin()) < given) {
        return Error(absl::StrCat("got multiple values for argument '", name, "'"));
      }
    }
    return CheckMissing(given);
  }

  // Null: the default is meant. Requires Check.
  const Symbol* Find(const FxNode& parameter) const {
    const auto index = std::find(parameters_.begin(), parameters_.end(), &parameter) - parameters_.begin();
    if (static_cast<size_t>(index) < arguments_.positional.size()) return &arguments_.positional[index];
    for (const auto& [name, value] : arguments_.keyword) {
      if (name == parameter.target) return &value;
    }
    return nullptr;
  }

 private:
  absl::Status Error(absl::string_view text) const {
    return absl::InvalidArgumentError(absl::StrCat(type_, ".forward() ", text));
  }

  // `self` counts, as it does in Python.
  absl::Status TooMany(size_t given) const {
    const size_t required =
        std::count_if(parameters_.begin(), parameters_.end(), [](const FxNode* p) { return p->args.empty(); });
    const std::string range = required == parameters_.size()
                                  ? absl::StrCat(parameters_.size() + 1)
                                  : absl::StrCat("from ", required + 1, " to ", parameters_.size() + 1);
    const bool one = range == "1";
    return Error(absl::StrCat("takes ", range, one ? " positional argument but " : " positional arguments but ",
                              given + 1, given == 0 ? " was given" : " were given"));
  }

  absl::Status CheckMissing(size_t given) const {
    std::vector<std::string> missing;
    for (size_t i = given; i < parameters_.size(); ++i) {
      if (parameters_[i]->args.empty() && Find(*parameters_[i]) == nullptr) {
        missing.push_back(absl::StrCat("'", parameters_[i]->target, "'"));
      }
    }
    if (missing.empty()) return absl::OkStatus();
    std::string names = missing[0];
    if (missing.size() == 2) {
      names = absl::StrCat(missing[0], " and ", missing[1]);
    } else if (missing.size() > 2) {
      const std::string last = missing.back();
      missing.pop_back();
      names = absl::StrCat(absl::StrJoin(missing, ", "), ", and ", last);
      missing.push_back(last);
    }
    return Error(absl::StrCat("missing ", missing.size(), " required positional argument",
                              missing.size() == 1 ? "" : "s", ": ", names));
  }

  const std::string& type_;
  const Arguments& arguments_;
  std::vector<const FxNode*> parameters_;
};

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
  Interpreter(const Module& module, const FxGraph& graph, Trace& trace, const Binder& binder)
      : module_(module), graph_(graph), trace_(trace), binder_(binder) {}

  absl::StatusOr<Symbol> Run() {
    for (const FxNode& node : graph_.nodes) {
      if (node.kind == FxNode::Kind::kOutput) return Resolve(node.args[0]);
      ASSIGN_OR_RETURN(Symbol result, RunNode(node));
      results_.push_back(std::move(result));
    }
    return absl::InvalidArgumentError("graph: it has no output");
  }

 private:
  absl::StatusOr<Symbol> RunNode(const FxNode& node) {
    switch (node.kind) {
      case FxNode::Kind::kPlaceholder: {
        const Symbol* given = binder_.Find(node);
        return given != nullptr ? *given : Resolve(node.args[0]);
      }
      case FxNode::Kind::kGetAttr:
        return GetAttr(node.target);
      case FxNode::Kind::kCallModule: {
        ASSIGN_OR_RETURN(const Module* child, module_.get_submodule(node.target));
        return trace_.Call(node.target, *child, ResolveArguments(node));
      }
      case FxNode::Kind::kCallFunction: {
        absl::StatusOr<Symbol> result = node.function->call(trace_, ResolveArguments(node));
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
  const Binder& binder_;
  std::vector<Symbol> results_;
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
  const Binder binder(type(), *graph_, arguments);
  RETURN_IF_ERROR(binder.Check());
  return Interpreter(*this, *graph_, trace, binder).Run();
}

}  // namespace moduled::nn
