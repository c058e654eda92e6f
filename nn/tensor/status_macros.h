// Early return for absl::Status and absl::StatusOr, which Abseil keeps to itself.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define MODULED_CONCAT_INNER(a, b) a##b
#define MODULED_CONCAT(a, b) MODULED_CONCAT_INNER(a, b)

// Returns the status of `expression` unless it is OK.
#define RETURN_IF_ERROR(expression)                                         \
  do {                                                                      \
    if (absl::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

// Declares `lhs` as the value of `expression`, or returns its status.
#define ASSIGN_OR_RETURN(lhs, expression) \
  MODULED_ASSIGN_OR_RETURN(MODULED_CONCAT(status_or_, __LINE__), lhs, expression)
#define MODULED_ASSIGN_OR_RETURN(temporary, lhs, expression) \
  auto temporary = (expression);                             \
  if (!temporary.ok()) return std::move(temporary).status(); \
  lhs = *std::move(temporary)
