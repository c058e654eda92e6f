#include "server/scheduling/trace_context.h"

namespace moduled::server {
namespace {

constexpr size_t kLength = 55;  // "00-", 32 digits, "-", 16 digits, "-", 2 digits.

bool IsHex(absl::string_view digits) { return digits.find_first_not_of("0123456789abcdef") == digits.npos; }
bool IsZero(absl::string_view digits) { return digits.find_first_not_of('0') == digits.npos; }

}  // namespace

std::string CheckedTraceParent(absl::string_view header) {
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-') return "";
  const absl::string_view version = header.substr(0, 2);
  const absl::string_view trace = header.substr(3, 32);
  const absl::string_view parent = header.substr(36, 16);
  if (!IsHex(version) || !IsHex(trace) || !IsHex(parent) || !IsHex(header.substr(53, 2))) return "";
  if (version == "ff" || IsZero(trace) || IsZero(parent)) return "";
  // Later versions may say more behind it, which is theirs to understand.
  const bool has_more = header.size() > kLength;
  if (has_more && (version == "00" || header[kLength] != '-')) return "";
  return std::string(header.substr(0, kLength));
}

absl::string_view TraceIdOf(absl::string_view trace_parent) {
  return trace_parent.size() == kLength ? trace_parent.substr(3, 32) : absl::string_view();
}

}  // namespace moduled::server
