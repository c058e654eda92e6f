#include "nn/layers/attribute_reader.h"

#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

std::string RangeText(IntRange range) {
  if (range.max == kAnyInt.max) return absl::StrCat("at least ", range.min);
  if (range.min == kAnyInt.min) return absl::StrCat("at most ", range.max);
  return absl::StrCat("between ", range.min, " and ", range.max);
}

}  // namespace

const Attribute* AttributeReader::Find(absl::string_view name) const {
  for (const auto& [key, attribute] : attributes_) {
    if (key == name) return &attribute;
  }
  return nullptr;
}

const Attribute* AttributeReader::Take(absl::string_view name) {
  known_.insert(std::string(name));
  return Find(name);
}

const Attribute* AttributeReader::Require(absl::string_view name) {
  const Attribute* attribute = Take(name);
  if (attribute == nullptr) Fail(absl::StrCat(name, ": must be set to a value other than zero (got nothing)"));
  return attribute;
}

int64_t AttributeReader::ReadInt(absl::string_view name, const Attribute& attribute, IntRange range) {
  const int64_t* number = attribute.As<int64_t>();
  if (number == nullptr) {
    Fail(absl::StrCat(name, ": must be an int"));
    return range.min;
  }
  if (*number < range.min || *number > range.max) {
    Fail(absl::StrCat(name, ": out of range (got ", *number, ", want ", RangeText(range), ")"));
  }
  return *number;
}

int64_t AttributeReader::Int(absl::string_view name, IntRange range) {
  const Attribute* attribute = Require(name);
  return attribute == nullptr ? range.min : ReadInt(name, *attribute, range);
}

int64_t AttributeReader::Int(absl::string_view name, IntRange range, int64_t otherwise) {
  const Attribute* attribute = Take(name);
  return attribute == nullptr ? otherwise : ReadInt(name, *attribute, range);
}

std::optional<int64_t> AttributeReader::OptionalInt(absl::string_view name, IntRange range) {
  const Attribute* attribute = Take(name);
  if (attribute == nullptr) return std::nullopt;
  return ReadInt(name, *attribute, range);
}

double AttributeReader::Float(absl::string_view name, double otherwise) {
  const Attribute* attribute = Take(name);
  return attribute == nullptr ? otherwise : ReadFloat(name, *attribute);
}

double AttributeReader::ReadFloat(absl::string_view name, const Attribute& attribute) {
  if (const double* number = attribute.As<double>()) return *number;
  if (const int64_t* number = attribute.As<int64_t>()) return static_cast<double>(*number);
  Fail(absl::StrCat(name, ": must be a float"));
  return 0;
}

bool AttributeReader::Bool(absl::string_view name, bool otherwise) {
  const Attribute* attribute = Take(name);
  if (attribute == nullptr) return otherwise;
  if (const bool* flag = attribute->As<bool>()) return *flag;
  Fail(absl::StrCat(name, ": must be a bool"));
  return otherwise;
}

std::string AttributeReader::String(absl::string_view name, absl::string_view otherwise) {
  const Attribute* attribute = Take(name);
  if (attribute == nullptr) return std::string(otherwise);
  if (const std::string* text = attribute->As<std::string>()) return *text;
  Fail(absl::StrCat(name, ": must be a str"));
  return std::string(otherwise);
}

std::vector<int64_t> AttributeReader::ReadInts(absl::string_view name, const Attribute& attribute, IntRange range) {
  const std::vector<Attribute>* items = attribute.Items();
  if (items == nullptr) return {ReadInt(name, attribute, range)};
  std::vector<int64_t> numbers;
  for (const Attribute& item : *items) numbers.push_back(ReadInt(name, item, range));
  return numbers;
}

std::vector<int64_t> AttributeReader::Ints(absl::string_view name, IntRange range) {
  const Attribute* attribute = Require(name);
  return attribute == nullptr ? std::vector<int64_t>{} : ReadInts(name, *attribute, range);
}

template <class T>
std::vector<T> AttributeReader::Expand(absl::string_view name, std::vector<T> numbers, size_t axes) {
  if (numbers.size() == 1) numbers.resize(axes, numbers.front());
  if (numbers.size() != axes) {
    constexpr absl::string_view kKind = std::is_same_v<T, double> ? "floats" : "ints";
    Fail(absl::StrCat(name, ": wrong number of ", kKind, " (got ", numbers.size(), ", want 1 or ", axes, ")"));
    numbers.assign(axes, 1);
  }
  return numbers;
}

std::vector<int64_t> AttributeReader::PerAxis(absl::string_view name, size_t axes, IntRange range) {
  const Attribute* attribute = Require(name);
  return Expand(name, attribute == nullptr ? std::vector<int64_t>{1} : ReadInts(name, *attribute, range), axes);
}

std::vector<int64_t> AttributeReader::PerAxis(absl::string_view name, size_t axes, IntRange range, int64_t otherwise) {
  const Attribute* attribute = Take(name);
  if (attribute == nullptr) return std::vector<int64_t>(axes, otherwise);
  return Expand(name, ReadInts(name, *attribute, range), axes);
}

std::vector<double> AttributeReader::Floats(absl::string_view name) {
  const Attribute* attribute = Take(name);
  if (attribute == nullptr) return {};
  if (attribute->Items() == nullptr) return {ReadFloat(name, *attribute)};
  std::vector<double> numbers;
  for (const Attribute& item : *attribute->Items()) numbers.push_back(ReadFloat(name, item));
  return numbers;
}

std::vector<double> AttributeReader::FloatPerAxis(absl::string_view name, size_t axes) {
  std::vector<double> numbers = Floats(name);
  return numbers.empty() ? numbers : Expand(name, std::move(numbers), axes);
}

std::string AttributeReader::NumberAsGiven(absl::string_view name, absl::string_view otherwise) const {
  const Attribute* attribute = Find(name);
  if (attribute == nullptr) return std::string(otherwise);
  if (const double* number = attribute->As<double>()) return FloatRepr(*number);
  if (const int64_t* number = attribute->As<int64_t>()) return absl::StrCat(*number);
  return std::string(otherwise);  // Refused when it was read.
}

std::string AttributeReader::AsGiven(absl::string_view name, absl::string_view otherwise) const {
  const Attribute* attribute = Find(name);
  if (attribute == nullptr) return std::string(otherwise);
  std::vector<std::string> texts;
  const auto add = [&](const Attribute& item) {
    if (const int64_t* number = item.As<int64_t>()) texts.push_back(*number < 0 ? "None" : absl::StrCat(*number));
    if (const double* number = item.As<double>()) texts.push_back(FloatRepr(*number));
  };
  if (const std::vector<Attribute>* items = attribute->Items()) {
    for (const Attribute& item : *items) add(item);
  } else {
    add(*attribute);
  }
  return texts.size() == 1 ? texts.front() : absl::StrCat("(", absl::StrJoin(texts, ", "), ")");
}

void AttributeReader::Fail(std::string message) {
  if (first_error_.ok()) first_error_ = absl::InvalidArgumentError(message);
}

absl::Status AttributeReader::Finish() const {
  RETURN_IF_ERROR(first_error_);
  for (const auto& [name, attribute] : attributes_) {
    if (!known_.contains(name)) return absl::InvalidArgumentError(absl::StrCat(name, ": no such argument"));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
