#include "nn/modules/argument_binder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

std::string Quoted(absl::string_view name) { return absl::StrCat("'", name, "'"); }

// "'a'", "'a' and 'b'", "'a', 'b', and 'c'".
std::string Enumerate(const std::vector<std::string>& names) {
  if (names.size() == 1) return names.front();
  if (names.size() == 2) return absl::StrCat(names[0], " and ", names[1]);
  return absl::StrCat(absl::StrJoin(names.begin(), names.end() - 1, ", "), ", and ", names.back());
}

absl::string_view Plural(size_t count) { return count == 1 ? "" : "s"; }

}  // namespace

std::optional<int64_t> AsInt(const Symbol& symbol) {
  if (const int64_t* number = symbol.As<int64_t>()) return *number;
  if (const bool* flag = symbol.As<bool>()) return *flag ? 1 : 0;
  return std::nullopt;
}

absl::StatusOr<BoundArguments> BoundArguments::Bind(std::string function, bool is_method,
                                                    std::vector<FormalArgument> formals, const Arguments& arguments) {
  BoundArguments bound(std::move(function), std::move(formals));
  const auto positional =
      static_cast<size_t>(std::count_if(bound.formals_.begin(), bound.formals_.end(),
                                        [](const FormalArgument& formal) { return formal.kind != kKeywordOnly; }));
  for (size_t i = 0; i < std::min(positional, arguments.positional.size()); ++i) {
    bound.given_[i] = &arguments.positional[i];
  }
  RETURN_IF_ERROR(bound.BindKeywords(arguments));
  RETURN_IF_ERROR(bound.CheckPositional(arguments.positional.size(), is_method));
  RETURN_IF_ERROR(bound.CheckMissing());
  return bound;
}

absl::Status BoundArguments::BindKeywords(const Arguments& arguments) {
  for (const auto& [name, symbol] : arguments.keyword) {
    const auto formal = std::find_if(formals_.begin(), formals_.end(),
                                     [&](const FormalArgument& candidate) { return candidate.name == name; });
    if (formal == formals_.end()) {
      return absl::InvalidArgumentError(absl::StrCat(function_, "() got an unexpected keyword argument '", name, "'"));
    }
    const Symbol*& given = given_[formal - formals_.begin()];
    if (given != nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(function_, "() got multiple values for argument '", name, "'"));
    }
    given = &symbol;
  }
  return absl::OkStatus();
}

absl::Status BoundArguments::CheckPositional(size_t given, bool is_method) const {
  size_t least = is_method ? 1 : 0;
  size_t most = least;
  for (const FormalArgument& formal : formals_) {
    least += formal.kind == FormalArgument::Kind::kRequired ? 1 : 0;
    most += formal.kind == kKeywordOnly ? 0 : 1;
  }
  given += is_method ? 1 : 0;
  if (given <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(function_, "() takes ", least == most ? "" : absl::StrCat("from ", least, " to "), most,
                   " positional argument", Plural(most), " but ", given, given == 1 ? " was" : " were", " given"));
}

absl::Status BoundArguments::CheckMissing() const {
  std::vector<std::string> missing;
  for (size_t i = 0; i < formals_.size(); ++i) {
    if (formals_[i].kind == FormalArgument::Kind::kRequired && given_[i] == nullptr) {
      missing.push_back(Quoted(formals_[i].name));
    }
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(function_, "() missing ", missing.size(),
                                                 " required positional argument", Plural(missing.size()), ": ",
                                                 Enumerate(missing)));
}

absl::Status BoundArguments::WrongType(size_t index, absl::string_view wanted) const {
  return absl::InvalidArgumentError(
      absl::StrCat(function_, "(): argument '", formals_[index].name, "'",
                   formals_[index].kind == kKeywordOnly ? "" : absl::StrCat(" (position ", index + 1, ")"), " must be ",
                   wanted, ", not ", given_[index] == nullptr ? "NoneType" : TypeName(*given_[index])));
}

absl::StatusOr<Value> BoundArguments::Tensor(size_t index) const {
  const Value* value = given_[index] == nullptr ? nullptr : given_[index]->As<Value>();
  if (value == nullptr) return WrongType(index, "Tensor");
  return *value;
}

absl::StatusOr<int64_t> BoundArguments::Int(size_t index) const {
  const std::optional<int64_t> number = given_[index] == nullptr ? std::nullopt : AsInt(*given_[index]);
  if (!number.has_value()) return WrongType(index, "int");
  return *number;
}

absl::StatusOr<int64_t> BoundArguments::Int(size_t index, int64_t otherwise) const {
  if (given_[index] == nullptr) return otherwise;
  return Int(index);
}

absl::StatusOr<std::vector<int64_t>> BoundArguments::Ints(size_t index) const {
  const std::vector<Symbol>* items = given_[index] == nullptr ? nullptr : given_[index]->Items();
  if (items == nullptr) return WrongType(index, "tuple of ints");
  std::vector<int64_t> numbers;
  numbers.reserve(items->size());
  for (size_t i = 0; i < items->size(); ++i) {
    const std::optional<int64_t> number = AsInt((*items)[i]);
    if (!number.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(function_, "(): argument '", formals_[index].name, "' (position ",
                                                     index + 1, ") must be tuple of ints, but found element of type ",
                                                     TypeName((*items)[i]), " at pos ", i));
    }
    numbers.push_back(*number);
  }
  return numbers;
}

absl::StatusOr<std::vector<int64_t>> BoundArguments::IntOrInts(size_t index) const {
  const std::optional<int64_t> number = given_[index] == nullptr ? std::nullopt : AsInt(*given_[index]);
  if (number.has_value()) return std::vector<int64_t>{*number};
  return Ints(index);
}

absl::StatusOr<std::vector<Value>> BoundArguments::Tensors(size_t index) const {
  const std::vector<Symbol>* items = given_[index] == nullptr ? nullptr : given_[index]->Items();
  if (items == nullptr) return WrongType(index, "tuple of Tensors");
  std::vector<Value> values;
  values.reserve(items->size());
  for (size_t i = 0; i < items->size(); ++i) {
    const Value* value = (*items)[i].As<Value>();
    if (value == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected Tensor as element ", i, " in argument ", index, ", but got ", TypeName((*items)[i])));
    }
    values.push_back(*value);
  }
  return values;
}

absl::StatusOr<double> BoundArguments::Float(size_t index, double otherwise) const {
  if (given_[index] == nullptr) return otherwise;
  if (const double* number = given_[index]->As<double>()) return *number;
  const std::optional<int64_t> number = AsInt(*given_[index]);
  if (!number.has_value()) return WrongType(index, "float");
  return static_cast<double>(*number);
}

absl::StatusOr<bool> BoundArguments::Bool(size_t index, bool otherwise) const {
  if (given_[index] == nullptr) return otherwise;
  const bool* flag = given_[index]->As<bool>();
  if (flag == nullptr) return WrongType(index, "bool");
  return *flag;
}

absl::StatusOr<std::optional<Value>> BoundArguments::OptionalTensor(size_t index) const {
  if (IsNone(index)) return std::nullopt;
  return Tensor(index);
}

absl::StatusOr<std::optional<std::string>> BoundArguments::OptionalString(size_t index) const {
  if (IsNone(index)) return std::nullopt;
  const std::string* text = given_[index]->As<std::string>();
  if (text == nullptr) return WrongType(index, "str");
  return *text;
}

absl::StatusOr<std::optional<DType>> BoundArguments::OptionalDType(size_t index) const {
  if (IsNone(index)) return std::nullopt;
  const DType* dtype = given_[index]->As<DType>();
  if (dtype == nullptr) return WrongType(index, "torch.dtype");
  return *dtype;
}

}  // namespace moduled::nn
