// LogSettings and TraceSetting of the Open Inference Protocol's extensions, in terms of one level of the log.
#pragma once

#include "absl/status/status.h"
#include "open_inference/grpc_service.pb.h"
#include "server/open_inference/service.h"

namespace moduled::server {

// log_info, log_warning and log_error (bool) and log_verbose_level (1 and more: debug) set the level, log_level names
// it; log_file and log_format can be read alone. INVALID_ARGUMENT names the setting that is unknown, of the wrong type
// or not to be set; then none is.
absl::Status AnswerLogSettings(const open_inference::Service::Settings& settings,
                               const inference::LogSettingsRequest& request, inference::LogSettingsResponse& response);

// Nothing is traced: trace_level is OFF and stays so. What requests carry as trace context is in the log.
absl::Status AnswerTraceSetting(const inference::TraceSettingRequest& request,
                                inference::TraceSettingResponse& response);

}  // namespace moduled::server
