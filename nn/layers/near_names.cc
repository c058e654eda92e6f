#include "nn/layers/near_names.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace moduled::nn {
namespace {

// Longer names than this are nobody's typing error.
constexpr size_t kMaxLength = 64;

// Insertions, deletions and replacements that make one out of the other, capitals ignored.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]) ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::string NearNames(absl::string_view name, const std::vector<absl::string_view>& known) {
  if (name.empty() || name.size() > kMaxLength) return "";
  const size_t most = std::max<size_t>(1, name.size() / 3);
  absl::string_view nearest;
  size_t distance = most + 1;
  for (const absl::string_view candidate : known) {
    const size_t edits = EditDistance(name, candidate);
    if (edits < distance) {
      distance = edits;
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?");
}

}  // namespace moduled::nn
