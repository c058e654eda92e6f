// What a hook on the command line is beside its selector: steps behind bars, each a NAME or NAME=VALUE.
//
//   kind=full_backward  call=1  legacy                                   when it fires
//   slice=0:2,::3  mean  mean=0,-1  sum  max  min  norm  std             what is made of its values
//   topk=5  topk=5,1  histogram=10  histogram=10,-1,1  cast=float16
//   replace=FILE  scale=2.5  add=FILE  zero  clamp=-1,1  clamp=,6  select=1:0,3,-1    what it changes
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/contract/hooks.h"

namespace moduled::modulectl {

// Adds one step to a hook. FILE is a safetensors file with one tensor. INVALID_ARGUMENT names the step.
absl::Status AddHookStep(absl::string_view step, contract::Hook& hook);

}  // namespace moduled::modulectl
