// Where in a message something stands, for error texts: "inputs[0].tensor.data".
//
// A chain of frames on the stack: a message that is in order costs no text.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace moduled::contract {

class Field {
 public:
  // Implicit: a field at the top of a message is its name.
  Field(const char* name) : name_(name) {}         // NOLINT(google-explicit-constructor)
  Field(const std::string& name) : name_(name) {}  // NOLINT(google-explicit-constructor)
  Field(const char* name, int64_t index) : name_(name), index_(index) {}
  // Both must outlive the field.
  Field(const Field& parent, absl::string_view name) : parent_(&parent), name_(name) {}
  Field(const Field& parent, absl::string_view name, int64_t index) : parent_(&parent), name_(name), index_(index) {}
  Field(const Field&) = delete;
  Field& operator=(const Field&) = delete;

  std::string ToString() const {
    return absl::StrCat(parent_ == nullptr ? "" : absl::StrCat(parent_->ToString(), "."), name_,
                        index_ < 0 ? "" : absl::StrCat("[", index_, "]"));
  }

  // "inputs[0].tensor.data: <problem>".
  absl::Status Invalid(absl::string_view problem) const {
    return absl::InvalidArgumentError(absl::StrCat(ToString(), ": ", problem));
  }

 private:
  const Field* parent_ = nullptr;
  absl::string_view name_;
  int64_t index_ = -1;
};

}  // namespace moduled::contract
