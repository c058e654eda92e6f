#include "nn/description/argument_reader.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nn/description/build_options.h"
#include "nn/description/wire_types.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::Status ArgumentReader::CheckName(const std::string& name) const {
  if (name.empty()) return FieldError("name", "must not be empty");
  if (indices_.contains(name)) return FieldError("name", "another node has it");
  return absl::OkStatus();
}

absl::Status ArgumentReader::Spend() {
  if (--budget_ >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the graphs have too many nodes and arguments (want at most ", kMaxNodes, ")"));
}

absl::StatusOr<FxArgument> ArgumentReader::Read(const v1::Argument& argument, int depth) {
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

absl::StatusOr<FxArgument> ArgumentReader::ReadReference(const std::string& name) const {
  const auto it = indices_.find(name);
  if (it != indices_.end()) return FxArgument(NodeRef{it->second});
  for (const v1::Node& node : graph_.nodes()) {
    if (node.name() != name) continue;
    return FieldError("args", absl::StrCat("the node '", name, "' does not come before it (a graph has no cycles)"));
  }
  return FieldError("args", absl::StrCat("no node has the name '", name, "'"));
}

absl::StatusOr<std::vector<FxArgument>> ArgumentReader::ReadItems(const v1::ArgumentList& list, int depth) {
  RETURN_IF_ERROR(CheckKnownFields(list));
  std::vector<FxArgument> items;
  for (const v1::Argument& item : list.items()) {
    ASSIGN_OR_RETURN(FxArgument value, Read(item, depth + 1));
    items.push_back(std::move(value));
  }
  return items;
}

absl::StatusOr<FxArgument> ArgumentReader::ReadDict(const v1::ArgumentDict& dict, int depth) {
  RETURN_IF_ERROR(CheckKnownFields(dict));
  FxArgument::Dict read;
  absl::flat_hash_set<absl::string_view> keys;
  for (const v1::NamedArgument& entry : dict.entries()) {
    if (!keys.insert(entry.name()).second) {
      return FieldError("args", absl::StrCat("the key '", entry.name(), "' occurs twice in a dict"));
    }
    ASSIGN_OR_RETURN(FxArgument value, Read(entry.value(), depth + 1));
    read.entries.emplace_back(entry.name(), std::move(value));
  }
  return FxArgument(std::move(read));
}

absl::StatusOr<FxArgument> ArgumentReader::ReadSlice(const v1::Slice& slice, int depth) {
  RETURN_IF_ERROR(CheckKnownFields(slice));
  FxArgument::Slice read;
  const v1::Argument* bounds[] = {slice.has_start() ? &slice.start() : nullptr,
                                  slice.has_stop() ? &slice.stop() : nullptr,
                                  slice.has_step() ? &slice.step() : nullptr};
  for (const v1::Argument* bound : bounds) {
    FxArgument value;
    if (bound != nullptr) {
      ASSIGN_OR_RETURN(value, Read(*bound, depth + 1));
    }
    if (!value.IsNone() && !value.Is<int64_t>() && !value.Is<NodeRef>()) {
      return FieldError("args", "a slice's bounds are ints, nodes that yield one, or None");
    }
    read.bounds.push_back(std::move(value));
  }
  return FxArgument(std::move(read));
}

}  // namespace moduled::nn
