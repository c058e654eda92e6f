// Reads a layer's attributes: torch's defaults for what is not set, and one clear error for what cannot be.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/layers/attributes.h"

namespace moduled::nn {

// The values that an attribute may have.
struct IntRange {
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
};
inline constexpr IntRange kAnyInt = {};
inline constexpr IntRange kPositive = {.min = 1};
// Kernel extents, strides and the like: products of two of them cannot overflow.
inline constexpr int64_t kMaxExtent = std::numeric_limits<int32_t>::max();
inline constexpr IntRange kExtent = {.min = 1, .max = kMaxExtent};
inline constexpr IntRange kPadding = {.min = 0, .max = kMaxExtent};

// The getters never fail: the first error is kept for Finish, and what a getter then answers does not matter.
class AttributeReader {
 public:
  // The attributes must outlive the reader.
  explicit AttributeReader(const Attributes& attributes) : attributes_(attributes) {}
  explicit AttributeReader(Attributes&&) = delete;

  bool Has(absl::string_view name) const { return Find(name) != nullptr; }

  // Attributes that must be set.
  int64_t Int(absl::string_view name, IntRange range);
  std::vector<int64_t> Ints(absl::string_view name, IntRange range);  // At least one.

  // Attributes with a default.
  int64_t Int(absl::string_view name, IntRange range, int64_t otherwise);
  std::optional<int64_t> OptionalInt(absl::string_view name, IntRange range);
  double Float(absl::string_view name, double otherwise);
  bool Bool(absl::string_view name, bool otherwise);
  std::string String(absl::string_view name, absl::string_view otherwise);

  // One number for each of `axes` axes, from as many numbers or from one that stands for all: kernel_size=3 is (3, 3).
  std::vector<int64_t> PerAxis(absl::string_view name, size_t axes, IntRange range);
  std::vector<int64_t> PerAxis(absl::string_view name, size_t axes, IntRange range, int64_t otherwise);

  // Any number of floats, or one; none where the attribute is not set. And one for each axis, from as many or from one.
  std::vector<double> Floats(absl::string_view name);
  std::vector<double> FloatPerAxis(absl::string_view name, size_t axes);

  // An attribute that takes one number or one for each axis, as it was given: repr(2) or repr((2, 2)).
  std::string AsGiven(absl::string_view name, absl::string_view otherwise) const;
  // A number as it was given: repr(2) or repr(2.0). Unlike above, -1 stands for itself.
  std::string NumberAsGiven(absl::string_view name, absl::string_view otherwise) const;

  // An error that the layer found itself.
  void Fail(std::string message);

  // The first error, or one about an attribute that nobody asked for.
  absl::Status Finish() const;

 private:
  const Attribute* Find(absl::string_view name) const;
  // The same, noted as known.
  const Attribute* Take(absl::string_view name);
  const Attribute* Require(absl::string_view name);
  int64_t ReadInt(absl::string_view name, const Attribute& attribute, IntRange range);
  double ReadFloat(absl::string_view name, const Attribute& attribute);
  std::vector<int64_t> ReadInts(absl::string_view name, const Attribute& attribute, IntRange range);
  template <class T>
  std::vector<T> Expand(absl::string_view name, std::vector<T> numbers, size_t axes);

  const Attributes& attributes_;
  absl::flat_hash_set<std::string> known_;
  absl::Status first_error_;
};

}  // namespace moduled::nn
