// The models that are measured: every one of a repository, at the example shapes of its signature.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/plan/model.h"
#include "nn/tensor/datum.h"

namespace moduled::bench {

struct BenchModel {
  std::string name;
  std::shared_ptr<nn::Model> model;
  nn::CallData example;  // Zeros: no kernel here is faster or slower for them.
};

absl::StatusOr<std::vector<BenchModel>> LoadRepository(const std::string& directory);

}  // namespace moduled::bench
