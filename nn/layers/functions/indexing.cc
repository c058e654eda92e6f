#include "nn/layers/functions/indexing.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/functions/tensor_index.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// A tuple or a list; `kind` is what Python calls it.
template <class Sequence>
absl::StatusOr<Symbol> SequenceItem(const Sequence& sequence, absl::string_view kind, const Symbol& index) {
  const auto size = static_cast<int64_t>(sequence.items.size());
  if (const std::optional<int64_t> number = AsInt(index)) {
    if (*number < -size || *number >= size) {
      return absl::InvalidArgumentError(absl::StrCat(kind, " index out of range"));
    }
    return sequence.items[*number < 0 ? *number + size : *number];
  }
  if (const auto* slice = index.As<Symbol::Slice>()) {
    ASSIGN_OR_RETURN(const Range range, ResolveSlice(*slice, size));
    Sequence part;
    for (int64_t i = 0; i < range.length; ++i) part.items.push_back(sequence.items[range.start + i * range.step]);
    return Symbol(std::move(part));
  }
  return absl::InvalidArgumentError(absl::StrCat(kind, " indices must be integers or slices, not ", TypeName(index)));
}

absl::StatusOr<Symbol> DictItem(const Symbol::Dict& dict, const Symbol& key) {
  const std::string* name = key.As<std::string>();
  if (name == nullptr) return absl::InvalidArgumentError(absl::StrCat("KeyError: a key of type ", TypeName(key)));
  for (const auto& [entry, value] : dict.entries) {
    if (entry == *name) return value;
  }
  return absl::InvalidArgumentError(absl::StrCat("KeyError: '", *name, "'"));
}

absl::StatusOr<Symbol> GetItem(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("getitem", /*is_method=*/false, {{"input"}, {"index"}}, arguments));
  const Symbol& input = *bound.Find(0);
  const Symbol& index = *bound.Find(1);
  if (const Value* tensor = input.As<Value>()) {
    const auto* tuple = index.As<Symbol::Tuple>();
    return IndexTensor(trace, *tensor, tuple == nullptr ? std::vector<Symbol>{index} : tuple->items);
  }
  if (const auto* tuple = input.As<Symbol::Tuple>()) return SequenceItem(*tuple, "tuple", index);
  if (const auto* list = input.As<Symbol::List>()) return SequenceItem(*list, "list", index);
  if (const auto* dict = input.As<Symbol::Dict>()) return DictItem(*dict, index);
  return absl::InvalidArgumentError(absl::StrCat("'", TypeName(input), "' object is not subscriptable"));
}

constexpr Function kFunctions[] = {
    {"getitem", GetItem},
};

}  // namespace

absl::Span<const Function> IndexingFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
