#include "client/modulectl/classes.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace moduled::modulectl {

absl::StatusOr<std::vector<std::string>> ReadLabels(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::vector<std::string> labels;
  for (std::string line; std::getline(file, line);) labels.push_back(line);
  return labels;
}

std::vector<std::vector<Class>> TopClasses(const nn::Tensor& logits, int64_t count,
                                           const std::vector<std::string>& labels) {
  const int64_t classes = logits.shape()[1];
  std::vector<std::vector<Class>> rows;
  for (int64_t n = 0; n < logits.shape()[0] && classes > 0; ++n) {
    const float* row = logits.elements<float>().data() + n * classes;
    const double largest = *std::max_element(row, row + classes);
    double sum = 0;
    for (int64_t c = 0; c < classes; ++c) sum += std::exp(row[c] - largest);
    std::vector<int64_t> order(classes);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return row[a] > row[b]; });
    std::vector<Class>& top = rows.emplace_back();
    for (int64_t i = 0; i < std::min(count, classes); ++i) {
      const int64_t c = order[i];
      const std::string label = static_cast<size_t>(c) < labels.size() ? labels[c] : "";
      top.push_back({c, label, std::exp(row[c] - largest) / sum});
    }
  }
  return rows;
}

}  // namespace moduled::modulectl
