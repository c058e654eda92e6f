#include "nn/weights/safetensors_header.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/shape.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/json_events.h"
#include "nn/weights/quote.h"
#include "nn/weights/safetensors_format.h"

namespace moduled::nn {
namespace {

// Builds no tree, so that a hostile header costs no more than a small multiple of its length.
class Handler final : public JsonEvents {
 public:
  bool null() override { return Unexpected("null"); }
  bool boolean(bool) override { return Unexpected("a boolean"); }
  bool number_integer(number_integer_t) override { return Unexpected("a negative number"); }
  bool number_float(number_float_t, const string_t&) override {
    return Unexpected("a fraction, or a number beyond 64 bits");
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (list_ == nullptr) return Unexpected("a number");
    if (list_->size() == Shape::kMaxRank) return Fail(absl::StrCat(Where(), "more than ", Shape::kMaxRank, " numbers"));
    list_->push_back(value);
    return true;
  }

  bool string(string_t& value) override {
    if (place_ == Place::kMetadata) {
      header_.metadata.emplace_back(key_, value);
      return true;
    }
    if (place_ != Place::kEntry || list_ != nullptr || key_ != "dtype") return Unexpected("a string");
    header_.entries.back().dtype = value;
    return true;
  }

  bool start_object(std::size_t) override {
    switch (place_) {
      case Place::kOutside:
        place_ = Place::kTop;
        return true;
      case Place::kTop:
        place_ = key_ == kMetadataKey ? Place::kMetadata : Place::kEntry;
        if (place_ == Place::kEntry) header_.entries.push_back({key_, "", {}, {}});
        inner_keys_.clear();
        return true;
      default:
        return Unexpected("an object");
    }
  }

  bool key(string_t& value) override {
    key_ = value;
    const bool is_new = place_ == Place::kTop ? top_keys_.insert(key_).second : inner_keys_.insert(key_).second;
    if (!is_new) return Fail(absl::StrCat("duplicate key ", Quote(key_)));
    if (place_ == Place::kEntry && key_ != "dtype" && key_ != "shape" && key_ != "data_offsets") {
      return Fail(absl::StrCat(Quote(header_.entries.back().name), ": unknown key ", Quote(key_)));
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kEntry && !EntryIsComplete()) return false;
    place_ = place_ == Place::kTop ? Place::kDone : Place::kTop;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::kEntry || list_ != nullptr || key_ == "dtype") return Unexpected("a list");
    list_ = key_ == "shape" ? &header_.entries.back().shape : &header_.entries.back().data_offsets;
    return true;
  }

  bool end_array() override {
    list_ = nullptr;
    return true;
  }

  absl::StatusOr<SafetensorsHeader> Finish() && {
    if (place_ != Place::kDone) return absl::InvalidArgumentError("not a JSON object");
    return std::move(header_);
  }

 private:
  enum class Place { kOutside, kTop, kEntry, kMetadata, kDone };

  // "tensor": "key":, or what there is of it.
  std::string Where() const {
    const bool inside = place_ == Place::kEntry || place_ == Place::kMetadata;
    const absl::string_view outer = place_ == Place::kEntry ? header_.entries.back().name : kMetadataKey;
    return absl::StrCat(inside ? Quote(outer) + ": " : "", place_ == Place::kOutside ? "" : Quote(key_) + ": ");
  }
  bool Unexpected(absl::string_view what) { return Fail(absl::StrCat(Where(), "unexpected value (got ", what, ")")); }
  bool EntryIsComplete() {
    const SafetensorsHeader::Entry& entry = header_.entries.back();
    for (const char* wanted : {"dtype", "shape", "data_offsets"}) {
      if (!inner_keys_.contains(wanted)) return Fail(absl::StrCat(Quote(entry.name), ": no \"", wanted, "\""));
    }
    if (entry.data_offsets.size() == 2) return true;
    return Fail(absl::StrCat(Quote(entry.name), ": wrong number of data_offsets (got ", entry.data_offsets.size(),
                             ", want 2)"));
  }

  Place place_ = Place::kOutside;
  std::string key_;
  std::vector<uint64_t>* list_ = nullptr;  // The list that is being read.
  absl::flat_hash_set<std::string> top_keys_;
  absl::flat_hash_set<std::string> inner_keys_;
  SafetensorsHeader header_;
};

}  // namespace

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(absl::string_view text) {
  Handler handler;
  RETURN_IF_ERROR(handler.Run(text));
  return std::move(handler).Finish();
}

}  // namespace moduled::nn
