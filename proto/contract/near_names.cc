#include "proto/contract/near_names.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace moduled::contract {
namespace {

constexpr size_t kMaxNames = 3;
// The distance takes time in proportion to both lengths, and no honest name is longer.
constexpr size_t kMaxLength = 256;
// Names that are held against it: an error must not become work.
constexpr size_t kMaxCandidates = 4096;

// Levenshtein's distance: insertions, deletions and substitutions. Letters of the wrong case cost nothing.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      const size_t substituted = diagonal + (same ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substituted}));
    }
  }
  return row[b.size()];
}

}  // namespace

std::string DidYouMean(absl::string_view name, absl::Span<const std::string> names) {
  if (name.empty() || name.size() > kMaxLength) return "";
  // A third of the letters may be wrong: beyond that a name is another name.
  const size_t limit = std::max<size_t>(1, name.size() / 3);
  std::vector<std::pair<size_t, const std::string*>> near;
  for (const std::string& candidate : names.subspan(0, kMaxCandidates)) {
    if (candidate.empty() || candidate.size() > name.size() + limit || candidate.size() + limit < name.size()) continue;
    if (const size_t distance = Distance(name, candidate); distance <= limit) near.emplace_back(distance, &candidate);
  }
  if (near.empty()) return "";
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  near.resize(std::min(near.size(), kMaxNames));
  std::string text = "; did you mean ";
  for (size_t i = 0; i < near.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : i + 1 == near.size() ? " or " : ", ", "\"", *near[i].second, "\"");
  }
  return text + "?";
}

}  // namespace moduled::contract
