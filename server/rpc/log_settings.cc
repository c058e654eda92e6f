#include "server/rpc/log_settings.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "server/models/names.h"

namespace moduled::server {
namespace {

using Value = inference::LogSettingsRequest::SettingValue;

// The levels from the loudest, and the setting that turns each on.
constexpr const char* kLevels[] = {"debug", "info", "warning", "error", "off"};
constexpr const char* kSwitches[] = {"log_verbose_level", "log_info", "log_warning", "log_error"};
constexpr int kOff = 4;

int PlaceOf(const std::string& level) {
  for (int i = 0; i < kOff; ++i) {
    if (level == kLevels[i]) return i;
  }
  return kOff;
}

absl::Status Invalid(const std::string& name, const char* problem) {
  return absl::InvalidArgumentError(absl::StrCat("settings[", Quoted(name), "]: ", problem));
}

// Turning one on makes the log at least as loud; turning it off makes it quieter than that.
int Apply(int switched, bool on, int level) { return on ? std::min(level, switched) : std::max(level, switched + 1); }

absl::StatusOr<int> Apply(const std::string& name, const Value& value, int level) {
  if (name == "log_level") {
    if (value.parameter_choice_case() != Value::kStringParam) return Invalid(name, "want a text");
    const int place = PlaceOf(value.string_param());
    if (place == kOff && value.string_param() != kLevels[kOff]) {
      return Invalid(name, "want debug, info, warning, error or off");
    }
    return place;
  }
  if (name == "log_verbose_level") {
    if (value.parameter_choice_case() != Value::kUint32Param) return Invalid(name, "want a number");
    return Apply(0, value.uint32_param() > 0, level);
  }
  for (int i = 1; i < kOff; ++i) {
    if (name != kSwitches[i]) continue;
    if (value.parameter_choice_case() != Value::kBoolParam) return Invalid(name, "want true or false");
    return Apply(i, value.bool_param(), level);
  }
  return Invalid(name, name == "log_file" || name == "log_format" ? "cannot be set while the server runs" : "unknown");
}

}  // namespace

absl::Status AnswerLogSettings(const open_inference::Service::Settings& settings,
                               const inference::LogSettingsRequest& request, inference::LogSettingsResponse& response) {
  int level = PlaceOf(settings.log_level());
  for (const auto& [name, value] : request.settings()) {
    if (value.parameter_choice_case() == Value::PARAMETER_CHOICE_NOT_SET) continue;
    ASSIGN_OR_RETURN(level, Apply(name, value, level));
  }
  if (!request.settings().empty()) RETURN_IF_ERROR(settings.set_log_level(kLevels[level]));
  auto& answered = *response.mutable_settings();
  answered["log_level"].set_string_param(kLevels[level]);
  answered["log_verbose_level"].set_uint32_param(level == 0 ? 1 : 0);
  for (int i = 1; i < kOff; ++i) answered[kSwitches[i]].set_bool_param(level <= i);
  answered["log_file"].set_string_param("");
  answered["log_format"].set_string_param("ISO8601");
  return absl::OkStatus();
}

absl::Status AnswerTraceSetting(const inference::TraceSettingRequest& request,
                                inference::TraceSettingResponse& response) {
  for (const auto& [name, value] : request.settings()) {
    const bool is_off = name == "trace_level" && (value.value().empty() || value.value(0) == "OFF");
    if (!is_off) {
      return absl::UnimplementedError(absl::StrCat("settings[", Quoted(name), "]: requests are not traced"));
    }
  }
  (*response.mutable_settings())["trace_level"].add_value("OFF");
  return absl::OkStatus();
}

}  // namespace moduled::server
