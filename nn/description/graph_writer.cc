#include "nn/description/graph_writer.h"

#include <string>

#include "nn/description/wire_types.h"

namespace moduled::nn {
namespace {

void WriteArgument(const FxGraph& fx, const FxArgument& argument, v1::Argument& message);

// One alternative of FxArgument::Variant each.
struct ArgumentWriter {
  const FxGraph& fx;
  v1::Argument& message;

  void operator()(const FxArgument::None&) { message.mutable_none(); }
  void operator()(NodeRef ref) { message.set_node(fx.nodes[ref.index].name); }
  void operator()(int64_t number) { message.set_int_(number); }
  void operator()(double number) { message.set_float_(number); }
  void operator()(bool flag) { message.set_bool_(flag); }
  void operator()(const std::string& text) { message.set_string(text); }
  void operator()(DType dtype) { message.set_dtype(WriteDType(dtype)); }
  void operator()(const FxArgument::Ellipsis&) { message.mutable_ellipsis(); }
  void operator()(const FxArgument::List& list) { WriteItems(list.items, *message.mutable_list()); }
  void operator()(const FxArgument::Tuple& tuple) { WriteItems(tuple.items, *message.mutable_tuple()); }
  void operator()(const FxArgument::Dict& dict) {
    v1::ArgumentDict& entries = *message.mutable_dict();
    for (const auto& [key, item] : dict.entries) {
      v1::NamedArgument& entry = *entries.add_entries();
      entry.set_name(key);
      WriteArgument(fx, item, *entry.mutable_value());
    }
  }
  void operator()(const FxArgument::Slice& slice) {
    v1::Slice& bounds = *message.mutable_slice();
    if (!slice.bounds[0].IsNone()) WriteArgument(fx, slice.bounds[0], *bounds.mutable_start());
    if (!slice.bounds[1].IsNone()) WriteArgument(fx, slice.bounds[1], *bounds.mutable_stop());
    if (!slice.bounds[2].IsNone()) WriteArgument(fx, slice.bounds[2], *bounds.mutable_step());
  }

  void WriteItems(const std::vector<FxArgument>& items, v1::ArgumentList& list) {
    for (const FxArgument& item : items) WriteArgument(fx, item, *list.add_items());
  }
};

void WriteArgument(const FxGraph& fx, const FxArgument& argument, v1::Argument& message) {
  std::visit(ArgumentWriter{fx, message}, argument.value);
}

void WritePlaceholder(const FxGraph& fx, const FxNode& node, v1::Placeholder& placeholder) {
  if (node.target != node.name) placeholder.set_target(node.target);
  if (!node.args.empty()) WriteArgument(fx, node.args[0], *placeholder.mutable_default_value());
}

void WriteNode(const FxGraph& fx, const FxNode& node, v1::Node& message) {
  message.set_name(node.name);
  switch (node.kind) {
    case FxNode::Kind::kPlaceholder:
      return WritePlaceholder(fx, node, *message.mutable_placeholder());
    case FxNode::Kind::kGetAttr:
      message.set_get_attr(node.target);
      break;
    case FxNode::Kind::kCallModule:
      message.set_call_module(node.target);
      break;
    case FxNode::Kind::kCallFunction:
      message.set_call_function(std::string(node.function->name));
      break;
    case FxNode::Kind::kOutput:
      message.mutable_output();
      break;
  }
  for (const FxArgument& argument : node.args) WriteArgument(fx, argument, *message.add_args());
  for (const auto& [name, argument] : node.kwargs) {
    v1::NamedArgument& named = *message.add_kwargs();
    named.set_name(name);
    WriteArgument(fx, argument, *named.mutable_value());
  }
}

}  // namespace

void WriteGraph(const FxGraph& fx, v1::Graph& graph) {
  for (const FxNode& node : fx.nodes) WriteNode(fx, node, *graph.add_nodes());
}

}  // namespace moduled::nn
