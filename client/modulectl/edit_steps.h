// The steps of a hook on the command line that change what flows: each adds an edit. FILE is a safetensors file with
// one tensor.
#pragma once

#include "absl/status/status.h"
#include "client/modulectl/hook_step.h"
#include "proto/contract/hooks.h"

namespace moduled::modulectl {

absl::Status AddReplace(const Step& step, contract::Hook& hook);  // replace=FILE
absl::Status AddScale(const Step& step, contract::Hook& hook);    // scale=2.5, scale=FILE
absl::Status AddSummand(const Step& step, contract::Hook& hook);  // add=2.5, add=FILE
absl::Status AddZero(const Step& step, contract::Hook& hook);     // zero
absl::Status AddClamp(const Step& step, contract::Hook& hook);    // clamp=-1,1  clamp=,6
absl::Status AddSelect(const Step& step, contract::Hook& hook);   // select=DIM:INDEX,INDEX,...

}  // namespace moduled::modulectl
