#include "server/hooks/resume_point.h"

#include <limits>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace moduled::server {
namespace {

// Far more events than any subscription sees, and far from where numbers wrap.
constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();

}  // namespace

std::string TokenOf(const ResumePoint& point) { return absl::StrCat("1.", point.delivered, ".", point.next); }

absl::StatusOr<ResumePoint> ParseResumeToken(const std::string& token) {
  ResumePoint point;
  if (token.empty()) return point;
  const std::vector<std::string> parts = absl::StrSplit(token, '.');
  const bool is_good = parts.size() == 3 && parts[0] == "1" && absl::SimpleAtoi(parts[1], &point.delivered) &&
                       absl::SimpleAtoi(parts[2], &point.next) && point.delivered <= point.next &&
                       point.next <= kMost && TokenOf(point) == token;
  if (!is_good) return absl::InvalidArgumentError("resume_token: not one that a subscription has ended with");
  return point;
}

}  // namespace moduled::server
