// W3C's trace context: the header `traceparent`, which says what larger work a request is part of.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace moduled::server {

// The header as it came if it is well-formed, else nothing: what is malformed is to be ignored, not refused.
std::string CheckedTraceParent(absl::string_view header);

// The 32 hexadecimal digits that name the whole trace. Requires what CheckedTraceParent answers; empty for nothing.
absl::string_view TraceIdOf(absl::string_view trace_parent);

}  // namespace moduled::server
