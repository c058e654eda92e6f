#include "server/operations/request_log.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "server/operations/logging.h"
#include "server/scheduling/trace_context.h"

namespace moduled::server {
namespace {

std::string Milliseconds(absl::Duration duration) {
  return absl::StrFormat("%.3f", absl::ToDoubleMilliseconds(duration));
}

LogFields FieldsOf(const RequestRecord& record) {
  LogFields fields = {{"request_id", record.request_id},
                      {"kind", record.kind == RequestRecord::Kind::kForward ? "forward" : "backward"},
                      {"model", record.model.name},
                      {"version", record.model.version},
                      {"code", absl::StatusCodeToString(record.status.code())},
                      {"total_ms", Milliseconds(record.total)}};
  if (record.was_run) {
    fields.emplace_back("queue_ms", Milliseconds(record.queued));
    fields.emplace_back("compute_ms", Milliseconds(record.computed));
    fields.emplace_back("batch_rows", absl::StrCat(record.batch_rows));
  }
  if (!record.trace_parent.empty()) fields.emplace_back("trace_id", TraceIdOf(record.trace_parent));
  if (!record.status.ok()) fields.emplace_back("error", record.status.message());
  return fields;
}

// Of the server, not of who asks.
bool IsFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

constexpr char kText[] = "request";

}  // namespace

void RequestLog::Add(const RequestRecord& record) {
  if (IsFault(record.status.code())) return Warn(record);
  if (wants_all_) {
    if (IsInfoLogged()) LogInfo(kText, FieldsOf(record));
  } else if (IsDebugLogged()) {
    LogDebug(kText, FieldsOf(record));
  }
}

void RequestLog::Warn(const RequestRecord& record) {
  LogFields fields = FieldsOf(record);
  {
    absl::MutexLock lock(&mutex_);
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    if (now != std::exchange(second_, now)) warnings_ = 0;
    if (++warnings_ > kWarningsPerSecond) {
      ++left_out_;
      return;
    }
    if (left_out_ > 0) fields.emplace_back("left_out", absl::StrCat(std::exchange(left_out_, 0)));
  }
  LogWarning(kText, fields);
}

}  // namespace moduled::server
