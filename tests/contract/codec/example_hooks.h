// Hooks and events with everything set that can be set, for round trips.
#pragma once

#include <vector>

#include "proto/contract/hooks.h"

namespace moduled::contract {

// One of each selector and each kind, with every transform step and every edit among them.
inline std::vector<Hook> ExampleHooks() {
  std::vector<Hook> hooks = {{SelectorKind::kPath, "", HookKind::kForwardPre},
                             {SelectorKind::kGlob, "layer1.*:add", HookKind::kForward},
                             {SelectorKind::kRegex, "l.*", HookKind::kFullBackwardPre},
                             {SelectorKind::kType, "Conv2d", HookKind::kFullBackward},
                             {SelectorKind::kPath, "input:x", HookKind::kTensorGrad}};
  hooks[0].edits = {{.action = Edit::Replace{nn::Tensor::Of<float>({2}, {1, 2})}, .leaf = 0},
                    {.action = Edit::Scale{{2.5}}},
                    {.action = Edit::Add{{nn::Tensor::Of<double>({}, {3})}}}};
  hooks[1].transform = {SliceStep{{{.start = 0, .stop = -1}, {.step = 2}, {}}},
                        ReduceStep{.op = ReduceStep::Op::kMean, .dims = {-1, 0}, .keepdim = true},
                        CastStep{nn::DType::kFloat16}};
  hooks[1].call_index = 0;
  hooks[2].edits = {{.action = Edit::Zero{}},
                    {.action = Edit::Clamp{.min = -1}},
                    {.action = Edit::Clamp{.max = 0}, .leaf = 3},
                    {.action = Edit::Select{.dim = -1, .indices = {0, -2}}}};
  hooks[3].legacy = true;
  hooks[4].transform = {ReduceStep{.op = ReduceStep::Op::kTopK, .k = 5},
                        ReduceStep{.op = ReduceStep::Op::kHistogram, .bins = 7, .min = 0, .max = 1}};
  return hooks;
}

inline HookEvent ExampleEvent() {
  return {.model = {"m", "2"},
          .replica = "r",
          .request_id = "q",
          .path = "a.b",
          .called_as = "c",
          .type = "ReLU",
          .call_index = 3,
          .kind = HookKind::kFullBackward,
          .inputs = {nn::Datum(nn::Tensor::Of<float>({2}, {1, 2}))},
          .kwargs = {{"k", nn::Datum(5)}},
          .output = nn::Datum(),
          .grad_input = {nn::Datum(), nn::Datum(nn::Tensor::Of<float>({1}, {7}))},
          .grad_output = {nn::Datum(nn::Tensor::Of<float>({1}, {8}))},
          .hook = 0,
          .legacy = true,
          .sequence = 9,
          .dropped = 4};
}

}  // namespace moduled::contract
