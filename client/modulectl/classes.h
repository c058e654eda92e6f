// What a classifier's output says about each row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/tensor/tensor.h"

namespace moduled::modulectl {

struct Class {
  int64_t index = 0;
  std::string label;       // Empty without labels.
  double probability = 0;  // Softmax of the row.
};

// One label a line.
absl::StatusOr<std::vector<std::string>> ReadLabels(const std::string& path);

// The `count` likeliest classes of each row of logits [N, classes], most likely first. Requires a float32 tensor of
// rank 2.
std::vector<std::vector<Class>> TopClasses(const nn::Tensor& logits, int64_t count,
                                           const std::vector<std::string>& labels);

}  // namespace moduled::modulectl
