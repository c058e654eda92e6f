#include "nn/weights/safetensors_header.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nn/weights/safetensors_format.h"

namespace moduled::nn {
namespace {

// Takes the parser's events. No tree is built, so that a hostile header costs no more than its own length.
class Handler final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return Unexpected("null"); }
  bool boolean(bool) override { return Unexpected("a boolean"); }
  bool number_integer(number_integer_t) override { return Unexpected("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { return Unexpected("a number with a fraction"); }
  bool binary(binary_t&) override { return Unexpected("bytes"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (list_ == nullptr) return Unexpected("a number");
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
    if (!is_new) return Fail(absl::StrCat("duplicate key \"", key_, "\""));
    if (place_ == Place::kEntry && key_ != "dtype" && key_ != "shape" && key_ != "data_offsets") {
      return Fail(absl::StrCat("unknown key \"", key_, "\" in \"", header_.entries.back().name, "\""));
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

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return Fail(absl::StrCat("not valid JSON at byte ", position));
  }

  absl::StatusOr<SafetensorsHeader> Finish() && {
    if (!status_.ok()) return status_;
    if (place_ != Place::kDone) return absl::InvalidArgumentError("not a JSON object");
    return std::move(header_);
  }

 private:
  enum class Place { kOutside, kTop, kEntry, kMetadata, kDone };

  bool Fail(std::string problem) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(std::move(problem));
    return false;
  }
  bool Unexpected(absl::string_view what) {
    return Fail(absl::StrCat("unexpected value for \"", key_, "\" (got ", what, ")"));
  }
  bool EntryIsComplete() {
    for (const char* wanted : {"dtype", "shape", "data_offsets"}) {
      if (!inner_keys_.contains(wanted)) {
        return Fail(absl::StrCat("\"", header_.entries.back().name, "\" has no \"", wanted, "\""));
      }
    }
    const size_t offsets = header_.entries.back().data_offsets.size();
    if (offsets == 2) return true;
    return Fail(absl::StrCat("\"", header_.entries.back().name, "\": data_offsets has ", offsets, " numbers, want 2"));
  }

  Place place_ = Place::kOutside;
  std::string key_;
  std::vector<uint64_t>* list_ = nullptr;  // The list that is being read.
  absl::flat_hash_set<std::string> top_keys_;
  absl::flat_hash_set<std::string> inner_keys_;
  SafetensorsHeader header_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(absl::string_view text) {
  Handler handler;
  nlohmann::json::sax_parse(text.begin(), text.end(), &handler);
  return std::move(handler).Finish();
}

}  // namespace moduled::nn
