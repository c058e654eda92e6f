#include "nn/layers/functions/axis_arguments.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// "avg_pool1d() argument 'stride' should contain one int (got 2)", and torch's text for more axes.
absl::Status WrongCount(const AxisArgument& argument, size_t axes, size_t got, bool may_be_omitted) {
  if (axes == 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(argument.function, "() argument '", argument.name, "' should contain one int (got ", got, ")"));
  }
  return absl::InvalidArgumentError(absl::StrCat(argument.function, ": ", argument.name, " must either be ",
                                                 may_be_omitted ? "omitted, " : "", "a single int, or a tuple of ",
                                                 axes == 2 ? "two" : "three", " ints"));
}

absl::StatusOr<std::vector<int64_t>> Expand(const AxisArgument& argument, size_t axes, std::vector<int64_t> numbers,
                                            bool may_be_omitted) {
  if (numbers.size() == 1) numbers.resize(axes, numbers.front());
  if (numbers.size() != axes) return WrongCount(argument, axes, numbers.size(), may_be_omitted);
  return numbers;
}

std::optional<double> AsFloat(const Symbol& symbol) {
  if (const double* number = symbol.As<double>()) return *number;
  const std::optional<int64_t> number = AsInt(symbol);
  if (!number.has_value()) return std::nullopt;
  return static_cast<double>(*number);
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> IntPerAxis(const BoundArguments& bound, const AxisArgument& argument, size_t axes,
                                                const std::vector<int64_t>& otherwise) {
  if (!otherwise.empty() && bound.IsNone(argument.index)) return otherwise;
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers, bound.IntOrInts(argument.index));
  if (!otherwise.empty() && numbers.empty()) return otherwise;
  return Expand(argument, axes, std::move(numbers), !otherwise.empty());
}

absl::StatusOr<std::vector<int64_t>> OutputSizePerAxis(const BoundArguments& bound, const AxisArgument& argument,
                                                       size_t axes) {
  const Symbol* given = bound.Find(argument.index);
  const std::vector<Symbol>* items = given == nullptr ? nullptr : given->Items();
  if (items != nullptr && items->size() != axes) return WrongCount(argument, axes, items->size(), false);
  std::vector<int64_t> numbers;
  std::vector<bool> keeps(axes, false);
  for (size_t i = 0; i < axes; ++i) {
    if (items == nullptr) {
      ASSIGN_OR_RETURN(const int64_t number, bound.Int(argument.index));
      numbers.push_back(number);
      continue;
    }
    keeps[i] = (*items)[i].IsNone();
    const std::optional<int64_t> number = keeps[i] ? 0 : AsInt((*items)[i]);
    if (!number.has_value()) return bound.WrongType(argument.index, "tuple of ints");
    numbers.push_back(*number);
  }
  if (std::any_of(numbers.begin(), numbers.end(), [](int64_t number) { return number < 0; })) {
    return absl::InvalidArgumentError(
        absl::StrCat(argument.function, ": elements of output_size must be greater than or equal to 0 but received {",
                     absl::StrJoin(numbers, ", "), "}"));
  }
  for (size_t i = 0; i < axes; ++i) {
    if (keeps[i]) numbers[i] = -1;
  }
  return numbers;
}

absl::StatusOr<std::vector<double>> OptionalFloats(const BoundArguments& bound, const AxisArgument& argument) {
  if (bound.IsNone(argument.index)) return std::vector<double>{};
  const Symbol& given = *bound.Find(argument.index);
  const std::vector<Symbol>* items = given.Items();
  std::vector<double> numbers;
  for (const Symbol& item : items == nullptr ? std::vector<Symbol>{given} : *items) {
    const std::optional<double> number = AsFloat(item);
    if (!number.has_value()) return bound.WrongType(argument.index, "tuple of floats");
    numbers.push_back(*number);
  }
  return numbers;
}

absl::StatusOr<double> RequiredFloat(const BoundArguments& bound, const AxisArgument& argument) {
  const Symbol* given = bound.Find(argument.index);
  const std::optional<double> number = given == nullptr ? std::nullopt : AsFloat(*given);
  if (!number.has_value()) return bound.WrongType(argument.index, "float");
  return *number;
}

}  // namespace moduled::nn::functions
