#include "nn/description/graph_reader.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nn/description/argument_reader.h"
#include "nn/description/wire_types.h"
#include "nn/layers/catalogue.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class GraphReader {
 public:
  GraphReader(const v1::Graph& graph, int64_t& budget) : graph_(graph), arguments_(graph, budget) {}

  absl::StatusOr<FxGraph> Read() {
    RETURN_IF_ERROR(CheckKnownFields(graph_));
    FxGraph fx;
    for (const v1::Node& node : graph_.nodes()) {
      absl::StatusOr<FxNode> read = ReadNode(node);
      if (!read.ok()) return InField(absl::StrCat("node ", node.name()), read.status());
      fx.nodes.push_back(*std::move(read));
    }
    return fx;
  }

 private:
  absl::StatusOr<FxNode> ReadNode(const v1::Node& node) {
    RETURN_IF_ERROR(arguments_.Spend());
    RETURN_IF_ERROR(CheckKnownFields(node));
    RETURN_IF_ERROR(arguments_.CheckName(node.name()));
    FxNode fx;
    fx.name = node.name();
    RETURN_IF_ERROR(ReadArguments(node, fx));
    RETURN_IF_ERROR(ReadOp(node, fx));
    arguments_.AddNode(node.name());
    return fx;
  }

  absl::Status ReadArguments(const v1::Node& node, FxNode& fx) {
    for (const v1::Argument& argument : node.args()) {
      ASSIGN_OR_RETURN(FxArgument value, arguments_.Read(argument));
      fx.args.push_back(std::move(value));
    }
    absl::flat_hash_set<absl::string_view> names;
    for (const v1::NamedArgument& argument : node.kwargs()) {
      if (!names.insert(argument.name()).second) {
        return FieldError("kwargs", absl::StrCat("the name '", argument.name(), "' occurs twice"));
      }
      ASSIGN_OR_RETURN(FxArgument value, arguments_.Read(argument.value()));
      fx.kwargs.emplace_back(argument.name(), std::move(value));
    }
    return absl::OkStatus();
  }

  absl::Status ReadOp(const v1::Node& node, FxNode& fx) {
    const bool takes_arguments = node.has_call_module() || node.has_call_function() || node.has_output();
    if (!takes_arguments && (node.args_size() != 0 || node.kwargs_size() != 0)) {
      return FieldError("args", "only calls and the output have arguments");
    }
    switch (node.op_case()) {
      case v1::Node::kPlaceholder:
        return ReadPlaceholder(node, fx);
      case v1::Node::kGetAttr:
        fx.kind = FxNode::Kind::kGetAttr;
        fx.target = node.get_attr();
        return absl::OkStatus();
      case v1::Node::kCallModule:
        fx.kind = FxNode::Kind::kCallModule;
        fx.target = node.call_module();
        return absl::OkStatus();
      case v1::Node::kCallFunction: {
        fx.kind = FxNode::Kind::kCallFunction;
        const absl::StatusOr<const Function*> function = FindFunction(node.call_function());
        if (!function.ok()) return InField("call_function", function.status());
        fx.function = *function;
        return absl::OkStatus();
      }
      case v1::Node::kOutput:
        fx.kind = FxNode::Kind::kOutput;
        if (node.kwargs_size() != 0) return FieldError("kwargs", "the output has none");
        return absl::OkStatus();
      case v1::Node::OP_NOT_SET:
        break;
    }
    return FieldError("op", "not set (want placeholder, get_attr, call_module, call_function or output)");
  }

  absl::Status ReadPlaceholder(const v1::Node& node, FxNode& fx) {
    const v1::Placeholder& placeholder = node.placeholder();
    RETURN_IF_ERROR(CheckKnownFields(placeholder));
    fx.kind = FxNode::Kind::kPlaceholder;
    fx.target = placeholder.target().empty() ? node.name() : placeholder.target();
    if (fx.target[0] == '*') return FieldError("target", "a variable number of arguments is not supported");
    if (!targets_.insert(fx.target).second) {
      return FieldError("target", absl::StrCat("another placeholder has '", fx.target, "'"));
    }
    if (!placeholder.has_default_value()) return absl::OkStatus();
    absl::StatusOr<FxArgument> value = arguments_.Read(placeholder.default_value());
    if (!value.ok()) return InField("default_value", value.status());
    bool constant = true;
    ForEachLeaf(*value, [&](NodeRef) { constant = false; });
    if (!constant) return FieldError("default_value", "must be a constant");
    fx.args.push_back(*std::move(value));
    return absl::OkStatus();
  }

  const v1::Graph& graph_;
  ArgumentReader arguments_;
  absl::flat_hash_set<std::string> targets_;
};

}  // namespace

absl::StatusOr<FxGraph> ReadGraph(const v1::Graph& graph, int64_t& budget) {
  absl::StatusOr<FxGraph> fx = GraphReader(graph, budget).Read();
  if (!fx.ok()) return InField("graph", fx.status());
  return fx;
}

}  // namespace moduled::nn
