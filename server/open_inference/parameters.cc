#include "server/open_inference/parameters.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "nn/tensor/status_macros.h"
#include "server/models/names.h"

namespace moduled::server::open_inference {
namespace {

// Of sequences and shared memory, which this server does not have; of REST, where it is an affair of the codec.
constexpr absl::string_view kForeign[] = {
    "sequence_id",          "sequence_start",          "sequence_end",       "shared_memory_region",
    "shared_memory_offset", "shared_memory_byte_size", "binary_data_output", "headers",
    "classification"};

// As many as a call of this server's own protocol may have, and room for their names.
constexpr size_t kMaxHooks = 1024;
constexpr size_t kMaxHookText = size_t{1} << 20;
// The root has no name; outputs call it by this one, too.
constexpr absl::string_view kRoot = "''";

absl::Status Unknown(const std::string& name, const std::string& field) {
  if (absl::c_linear_search(kForeign, name) || absl::StartsWith(name, "triton_")) {
    return absl::UnimplementedError(absl::StrCat(field, "[", Quoted(name), "]: not supported"));
  }
  return absl::InvalidArgumentError(absl::StrCat(field, "[", Quoted(name), "]: unknown"));
}

// Both signs come, depending on the client.
absl::StatusOr<uint64_t> Unsigned(const std::string& name, const Parameter& parameter) {
  if (const auto* number = std::get_if<uint64_t>(&parameter)) return *number;
  const auto* number = std::get_if<int64_t>(&parameter);
  if (number != nullptr && *number >= 0) return static_cast<uint64_t>(*number);
  return absl::InvalidArgumentError(
      absl::StrCat("parameters[", Quoted(name), "]: want an integer that is not negative"));
}

absl::StatusOr<contract::Hook> ParseSelector(absl::string_view text) {
  contract::Hook hook;
  if (text.empty()) return absl::InvalidArgumentError("parameters[\"hooks\"]: an empty selector (the root is '')");
  if (text == kRoot) return hook;
  if (absl::ConsumePrefix(&text, "type:")) {
    hook.selector_kind = contract::SelectorKind::kType;
  } else if (absl::ConsumePrefix(&text, "regex:")) {
    hook.selector_kind = contract::SelectorKind::kRegex;
  } else if (text.find_first_of("*?") != absl::string_view::npos) {
    hook.selector_kind = contract::SelectorKind::kGlob;
  }
  hook.selector = std::string(text);
  return hook;
}

absl::StatusOr<std::vector<std::string>> Selectors(const std::string& text) {
  std::vector<std::string> selectors;
  if (!absl::StartsWith(text, "[")) {
    for (const absl::string_view selector : absl::StrSplit(text, ',')) {
      selectors.emplace_back(absl::StripAsciiWhitespace(selector));
    }
    return selectors;
  }
  const nlohmann::json list = nlohmann::json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) return absl::InvalidArgumentError("parameters[\"hooks\"]: not a list in JSON");
  for (const nlohmann::json& selector : list) {
    if (!selector.is_string()) return absl::InvalidArgumentError("parameters[\"hooks\"]: want a list of texts");
    selectors.push_back(selector.get<std::string>());
  }
  return selectors;
}

absl::StatusOr<std::vector<contract::Hook>> ParseHooks(const Parameter& parameter) {
  const auto* text = std::get_if<std::string>(&parameter);
  if (text == nullptr) return absl::InvalidArgumentError("parameters[\"hooks\"]: want a text");
  if (text->size() > kMaxHookText) {
    return absl::InvalidArgumentError(absl::StrCat("parameters[\"hooks\"]: too long (got ", text->size(),
                                                   " bytes, want at most ", kMaxHookText, ")"));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> selectors, Selectors(*text));
  if (selectors.size() > kMaxHooks) {
    return absl::InvalidArgumentError(
        absl::StrCat("parameters[\"hooks\"]: too many (got ", selectors.size(), ", want at most ", kMaxHooks, ")"));
  }
  std::vector<contract::Hook> hooks;
  for (const std::string& selector : selectors) {
    ASSIGN_OR_RETURN(hooks.emplace_back(), ParseSelector(selector));
  }
  return hooks;
}

}  // namespace

absl::StatusOr<RequestParameters> ParseRequestParameters(const Parameters& parameters) {
  RequestParameters parsed;
  for (const auto& [name, parameter] : parameters) {
    if (name == "hooks") {
      ASSIGN_OR_RETURN(parsed.hooks, ParseHooks(parameter));
    } else if (name == "priority") {
      ASSIGN_OR_RETURN(parsed.priority, Unsigned(name, parameter));
    } else if (name == "timeout") {
      ASSIGN_OR_RETURN(const uint64_t microseconds, Unsigned(name, parameter));
      parsed.timeout = absl::Microseconds(static_cast<double>(microseconds));
    } else if (name == "seed") {
      ASSIGN_OR_RETURN(parsed.seed, Unsigned(name, parameter));
    } else {
      return Unknown(name, "parameters");
    }
  }
  return parsed;
}

absl::Status CheckTensorParameters(const Parameters& parameters, const std::string& field) {
  for (const auto& [name, parameter] : parameters) return Unknown(name, absl::StrCat(field, ".parameters"));
  return absl::OkStatus();
}

}  // namespace moduled::server::open_inference
