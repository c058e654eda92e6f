// The plan of a model's forward: the steps that it is made of, and the time that each takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "nn/tensor/shape.h"
#include "proto/contract/call_context.h"
#include "proto/contract/model_ref.h"
#include "proto/contract/precision.h"

namespace moduled::contract {

struct PlanCall {
  static constexpr uint32_t kDefaultRuns = 10;

  ModelRef model;
  std::vector<nn::TensorSpec> inputs = {};  // None: the signature's, with its example shapes.
  uint32_t threads = 0;                     // 0: as many as a call alone gets.
  uint32_t runs = kDefaultRuns;             // That times are medians of. 0: nothing is run.
  // Modules whose forward hooks are watched: paths, or patterns as SelectorKind::kGlob.
  std::vector<std::string> observed = {};
  CallContext context = {};
};

struct PlanStep {
  std::string op;
  std::vector<std::string> absorbed = {};  // Operators that it computes too.
  std::string algorithm;
  bool channels_last = false;
  std::string path;                          // Of the module that it belongs to.
  std::vector<nn::TensorSpec> outputs = {};  // As they lie in memory.
  uint64_t scratch_bytes = 0;
  absl::Duration time = absl::ZeroDuration();
};

struct PlanReply {
  ModelRef model;
  Precision precision = Precision::kDefault;
  uint32_t threads = 1;
  std::vector<nn::TensorSpec> inputs = {};
  std::vector<PlanStep> steps = {};            // In the order in which they run.
  uint64_t arena_bytes = 0;                    // Of all values inside of a run, placed over each other.
  uint64_t result_bytes = 0;                   // Of what a run hands out: outputs and watched values.
  uint32_t runs = 0;                           // 0: there are no times.
  absl::Duration time = absl::ZeroDuration();  // Of all steps.
};

}  // namespace moduled::contract
