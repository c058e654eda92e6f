// describe --plan: what a forward is made of, and what its steps take.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "client/modulectl/context.h"
#include "proto/contract/plan.h"

namespace moduled::modulectl {

struct PlanFlags {
  bool plan = false;  // Whether it was asked for at all.
  std::vector<std::string> inputs;
  uint32_t threads = 0;
  uint32_t runs = contract::PlanCall::kDefaultRuns;
  std::vector<std::string> observed;
  bool csv = false;

  void AddTo(CLI::App& command);
};

absl::Status DescribePlan(const Context& context, const std::string& model, const PlanFlags& flags);

}  // namespace moduled::modulectl
