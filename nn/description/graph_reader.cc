#include "nn/description/graph_reader.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nn/description/build_options.h"
#include "nn/description/wire_types.h"
#include "nn/layers/catalogue.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class GraphReader {
 public:
  GraphReader(const v1::Graph& graph, int64_t& budget) : graph_(graph), budget_(budget) {}

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
    RETURN_IF_ERROR(Spend());
    RETURN_IF_ERROR(CheckKnownFields(node));
    if (node.name().empty()) return FieldError("name", "must not be empty");
    if (indices_.contains(node.name())) return FieldError("name", "another node has it");
    FxNode fx;
    fx.name = node.name();
    RETURN_IF_ERROR(ReadArguments(node, fx));
    RETURN_IF_ERROR(ReadOp(node, fx));
    const auto index = static_cast<int32_t>(indices_.size());
    indices_[node.name()] = index;
    return fx;
  }

  absl::Status ReadArguments(const v1::Node& node, FxNode& fx) {
    for (const v1::Argument& argument : node.args()) {
      ASSIGN_OR_RETURN(FxArgument value, ReadArgument(argument, 0));
      fx.args.push_back(std::move(value));
    }
    absl::flat_hash_set<absl::string_view> names;
    for (const v1::NamedArgument& argument : node.kwargs()) {
      if (!names.insert(argument.name()).second) {
        return FieldError("kwargs", absl::StrCat("the name '", argument.name(), "' occurs twice"));
      }
      ASSIGN_OR_RETURN(FxArgument value, ReadArgument(argument.value(), 0));
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
    absl::StatusOr<FxArgument> value = ReadArgument(placeholder.default_value(), 0);
    if (!value.ok()) return InField("default_value", value.status());
    bool constant = true;
    ForEachLeaf(*value, [&](NodeRef) { constant = false; });
    if (!constant) return FieldError("default_value", "must be a constant");
    fx.args.push_back(*std::move(value));
    return absl::OkStatus();
  }

  absl::StatusOr<FxArgument> ReadArgument(const v1::Argument& argument, int depth) {
    RETURN_IF_ERROR(Spend());
    RETURN_IF_ERROR(CheckKnownFields(argument));
    if (depth > kMaxArgumentDepth) {
      return FieldError("args", absl::StrCat("nested deeper than ", kMaxArgumentDepth, " levels"));
    }
    switch (argument.kind_case()) {
      case v1::Argument::kNode:
        return ReadReference(argument.node());
      case v1::Argument::kInt:
        return FxArgument(argument.int_());
      case v1::Argument::kFloat:
        return FxArgument(argument.float_());
      case v1::Argument::kBool:
        return FxArgument(argument.bool_());
      case v1::Argument::kString:
        return FxArgument(argument.string());
      case v1::Argument::kDtype: {
        ASSIGN_OR_RETURN(const DType dtype, ReadDType(argument.dtype()));
        return FxArgument(dtype);
      }
      case v1::Argument::kNone:
        return FxArgument();
      case v1::Argument::kEllipsis:
        return FxArgument(FxArgument::Ellipsis{});
      case v1::Argument::kList: {
        ASSIGN_OR_RETURN(std::vector<FxArgument> items, ReadItems(argument.list(), depth));
        return FxArgument(FxArgument::List{std::move(items)});
      }
      case v1::Argument::kTuple: {
        ASSIGN_OR_RETURN(std::vector<FxArgument> items, ReadItems(argument.tuple(), depth));
        return FxArgument(FxArgument::Tuple{std::move(items)});
      }
      case v1::Argument::kDict:
        return ReadDict(argument.dict(), depth);
      case v1::Argument::kSlice:
        return ReadSlice(argument.slice(), depth);
      case v1::Argument::KIND_NOT_SET:
        break;
    }
    return FieldError("args", "an argument has no value");
  }

  absl::StatusOr<FxArgument> ReadReference(const std::string& name) {
    const auto it = indices_.find(name);
    if (it != indices_.end()) return FxArgument(NodeRef{it->second});
    for (const v1::Node& node : graph_.nodes()) {
      if (node.name() != name) continue;
      return FieldError("args", absl::StrCat("the node '", name, "' does not come before it (a graph has no cycles)"));
    }
    return FieldError("args", absl::StrCat("no node has the name '", name, "'"));
  }

  absl::StatusOr<std::vector<FxArgument>> ReadItems(const v1::ArgumentList& list, int depth) {
    RETURN_IF_ERROR(CheckKnownFields(list));
    std::vector<FxArgument> items;
    for (const v1::Argument& item : list.items()) {
      ASSIGN_OR_RETURN(FxArgument value, ReadArgument(item, depth + 1));
      items.push_back(std::move(value));
    }
    return items;
  }

  absl::StatusOr<FxArgument> ReadDict(const v1::ArgumentDict& dict, int depth) {
    RETURN_IF_ERROR(CheckKnownFields(dict));
    FxArgument::Dict read;
    absl::flat_hash_set<absl::string_view> keys;
    for (const v1::NamedArgument& entry : dict.entries()) {
      if (!keys.insert(entry.name()).second) {
        return FieldError("args", absl::StrCat("the key '", entry.name(), "' occurs twice in a dict"));
      }
      ASSIGN_OR_RETURN(FxArgument value, ReadArgument(entry.value(), depth + 1));
      read.entries.emplace_back(entry.name(), std::move(value));
    }
    return FxArgument(std::move(read));
  }

  absl::StatusOr<FxArgument> ReadSlice(const v1::Slice& slice, int depth) {
    RETURN_IF_ERROR(CheckKnownFields(slice));
    FxArgument::Slice read;
    const v1::Argument* bounds[] = {slice.has_start() ? &slice.start() : nullptr,
                                    slice.has_stop() ? &slice.stop() : nullptr,
                                    slice.has_step() ? &slice.step() : nullptr};
    for (const v1::Argument* bound : bounds) {
      FxArgument value;
      if (bound != nullptr) {
        ASSIGN_OR_RETURN(value, ReadArgument(*bound, depth + 1));
      }
      if (!value.IsNone() && !value.Is<int64_t>() && !value.Is<NodeRef>()) {
        return FieldError("args", "a slice's bounds are ints, nodes that yield one, or None");
      }
      read.bounds.push_back(std::move(value));
    }
    return FxArgument(std::move(read));
  }

  absl::Status Spend() {
    if (--budget_ >= 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the graphs have too many nodes and arguments (want at most ", kMaxNodes, ")"));
  }

  const v1::Graph& graph_;
  int64_t& budget_;
  absl::flat_hash_map<std::string, int32_t> indices_;
  absl::flat_hash_set<std::string> targets_;
};

}  // namespace

absl::StatusOr<FxGraph> ReadGraph(const v1::Graph& graph, int64_t& budget) {
  absl::StatusOr<FxGraph> fx = GraphReader(graph, budget).Read();
  if (!fx.ok()) return InField("graph", fx.status());
  return fx;
}

}  // namespace moduled::nn
