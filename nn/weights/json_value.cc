#include "nn/weights/json_value.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/json_events.h"
#include "nn/weights/quote.h"

namespace moduled::nn {
namespace {

// The texts need three levels; people's remarks in an index may take some more. Destroying a value recurses.
constexpr size_t kMaxDepth = 16;

class Builder final : public JsonEvents {
 public:
  bool null() override { return Add({nullptr}); }
  bool boolean(bool value) override { return Add({value}); }
  bool number_integer(number_integer_t value) override { return Add({value}); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > INT64_MAX) return Add({static_cast<double>(value)});
    return Add({static_cast<int64_t>(value)});
  }
  bool number_float(number_float_t value, const string_t&) override { return Add({value}); }
  bool string(string_t& value) override { return Add({std::move(value)}); }

  bool start_object(std::size_t) override { return Open({JsonValue::Object()}); }
  bool start_array(std::size_t) override { return Open({JsonValue::List()}); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& value) override {
    if (!open_.back().keys.insert(value).second) return Fail(absl::StrCat("duplicate key ", Quote(value)));
    key_ = std::move(value);
    return true;
  }

  JsonValue Take() && { return std::move(root_); }

 private:
  struct Level {
    JsonValue* value;  // Nothing is added to the levels around it meanwhile, so that it stays where it is.
    absl::flat_hash_set<std::string> keys;
  };

  // Where the next value belongs.
  JsonValue& Place(JsonValue value) {
    if (open_.empty()) return root_ = std::move(value);
    if (auto* list = std::get_if<JsonValue::List>(&open_.back().value->value)) {
      return list->emplace_back(std::move(value));
    }
    auto& object = std::get<JsonValue::Object>(open_.back().value->value);
    return object.emplace_back(std::move(key_), std::move(value)).second;
  }
  bool Add(JsonValue value) {
    Place(std::move(value));
    return true;
  }
  bool Open(JsonValue value) {
    if (open_.size() == kMaxDepth) return Fail(absl::StrCat("nested more than ", kMaxDepth, " levels deep"));
    JsonValue& placed = Place(std::move(value));
    open_.push_back({&placed, {}});
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  JsonValue root_;
  std::string key_;
  std::vector<Level> open_;
};

}  // namespace

const JsonValue* Find(const JsonValue::Object& object, absl::string_view key) {
  for (const auto& [name, value] : object) {
    if (name == key) return &value;
  }
  return nullptr;
}

absl::StatusOr<JsonValue> ParseJson(absl::string_view text) {
  Builder builder;
  RETURN_IF_ERROR(builder.Run(text));
  return std::move(builder).Take();
}

}  // namespace moduled::nn
