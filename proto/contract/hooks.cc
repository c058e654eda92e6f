#include "proto/contract/hooks.h"

namespace moduled::contract {

absl::string_view Name(HookKind kind) {
  switch (kind) {
    case HookKind::kForwardPre:
      return "forward_pre";
    case HookKind::kForward:
      return "forward";
    case HookKind::kFullBackwardPre:
      return "full_backward_pre";
    case HookKind::kFullBackward:
      return "full_backward";
    case HookKind::kTensorGrad:
      return "tensor_grad";
  }
  return "unknown";
}

}  // namespace moduled::contract
