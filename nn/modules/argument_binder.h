// Binds the arguments of a call to a Python signature, and reads them as the types that torch wants.
//
// Errors are Python's and torch's TypeErrors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/graph/graph.h"
#include "nn/modules/arguments.h"

namespace moduled::nn {

struct FormalArgument {
  enum class Kind : uint8_t { kRequired, kOptional, kKeywordOnly };
  absl::string_view name;
  Kind kind = Kind::kRequired;
};
inline constexpr auto kOptional = FormalArgument::Kind::kOptional;
inline constexpr auto kKeywordOnly = FormalArgument::Kind::kKeywordOnly;

// What a call gave for each formal argument. Valid as long as the arguments that it was bound from.
class BoundArguments {
 public:
  // `function` as error texts name it: "flatten", "Linear.forward"; a method's text counts `self`, as Python does.
  static absl::StatusOr<BoundArguments> Bind(std::string function, bool is_method, std::vector<FormalArgument> formals,
                                             const Arguments& arguments);

  // Null where nothing was given.
  const Symbol* Find(size_t index) const { return given_[index]; }
  bool IsNone(size_t index) const { return given_[index] == nullptr || given_[index]->IsNone(); }

  // Required arguments.
  absl::StatusOr<Value> Tensor(size_t index) const;
  absl::StatusOr<int64_t> Int(size_t index) const;
  absl::StatusOr<std::vector<int64_t>> Ints(size_t index) const;       // A tuple or list of ints.
  absl::StatusOr<std::vector<int64_t>> IntOrInts(size_t index) const;  // The same, or one int.
  absl::StatusOr<std::vector<Value>> Tensors(size_t index) const;      // A tuple or list of tensors.

  // Arguments with a default.
  absl::StatusOr<int64_t> Int(size_t index, int64_t otherwise) const;
  absl::StatusOr<double> Float(size_t index, double otherwise) const;  // An int counts.
  absl::StatusOr<bool> Bool(size_t index, bool otherwise) const;
  absl::StatusOr<std::optional<Value>> OptionalTensor(size_t index) const;
  absl::StatusOr<std::optional<std::string>> OptionalString(size_t index) const;
  absl::StatusOr<std::optional<DType>> OptionalDType(size_t index) const;

  // "softmax(): argument 'input' (position 1) must be Tensor, not int".
  absl::Status WrongType(size_t index, absl::string_view wanted) const;

 private:
  BoundArguments(std::string function, std::vector<FormalArgument> formals)
      : function_(std::move(function)), formals_(std::move(formals)), given_(formals_.size(), nullptr) {}

  absl::Status BindKeywords(const Arguments& arguments);
  absl::Status CheckPositional(size_t given, bool is_method) const;
  absl::Status CheckMissing() const;

  std::string function_;
  std::vector<FormalArgument> formals_;
  std::vector<const Symbol*> given_;
};

// A Python int: torch takes a bool for one.
std::optional<int64_t> AsInt(const Symbol& symbol);

}  // namespace moduled::nn
