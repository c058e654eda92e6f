// Hooks: what flows through named modules, seen while the model serves.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nn/tensor/datum.h"
#include "proto/contract/edit.h"
#include "proto/contract/model_ref.h"
#include "proto/contract/transform.h"

namespace moduled::contract {

// When a hook fires, named as torch.nn.Module's registration methods; kTensorGrad is Tensor.register_hook.
enum class HookKind { kForwardPre, kForward, kFullBackwardPre, kFullBackward, kTensorGrad };

inline constexpr HookKind kAllHookKinds[] = {HookKind::kForwardPre, HookKind::kForward, HookKind::kFullBackwardPre,
                                             HookKind::kFullBackward, HookKind::kTensorGrad};

// Fires in backward passes alone.
inline bool IsBackward(HookKind kind) { return kind >= HookKind::kFullBackwardPre; }

// "forward_pre", "forward", "full_backward_pre", "full_backward", "tensor_grad".
absl::string_view Name(HookKind kind);

// How a hook says which modules it means.
enum class SelectorKind {
  kPath,  // The exact path of a module, by any of its names; "" is the root. "path:node" is a function node.
  kGlob,  // `?` and `*` match within a name, `**` across names; `**` alone is every module, "**:*" every function node.
  kRegex,  // An RE2 expression that the whole path must match.
  kType,   // The class name.
};

// With kTensorGrad a path may also name a parameter or "input:NAME".
struct Hook {
  SelectorKind selector_kind = SelectorKind::kPath;
  std::string selector = {};
  HookKind kind = HookKind::kForward;
  std::vector<TransformStep> transform = {};          // Of what edits of the kind would change.
  std::vector<Edit> edits = {};                       // In requests only, in order.
  std::optional<uint32_t> call_index = std::nullopt;  // One call of each module alone; unset: every call.
  bool legacy = false;                                // With kFullBackward: torch's register_backward_hook.

  bool operator==(const Hook&) const = default;
};

// What a hook saw in one call of one module. Hooks of one module and kind share one event; a hook with a transform has
// its own, which carries the transformed value and nothing else.
struct HookEvent {
  ModelRef model;
  std::string replica;
  std::string request_id;
  std::string path;       // For a shared module its first name; "path:node", a parameter's name, "input:NAME".
  std::string called_as;  // The name that it was called by.
  std::string type;       // The class name, or the function's.
  uint32_t call_index = 0;
  HookKind kind = HookKind::kForward;
  std::vector<nn::Datum> inputs;
  std::vector<std::pair<std::string, nn::Datum>> kwargs;
  std::optional<nn::Datum> output;              // kForward.
  std::vector<nn::Datum> grad_input = {};       // kFullBackward. None where there is no gradient.
  std::vector<nn::Datum> grad_output = {};      // kFullBackward, kFullBackwardPre; kTensorGrad: the gradient alone.
  std::optional<uint32_t> hook = std::nullopt;  // With a transform: the hook's place in its request or subscription.
  bool legacy = false;                          // kFullBackward as legacy hooks see it.
  uint64_t sequence = 0;                        // Counts the events of a stream from 0, those that were dropped too.
  uint64_t dropped = 0;                         // How many events of the stream were dropped since the one before this.
};

// A selected hook that did not fire, and why.
struct UnfiredHook {
  Hook hook;         // Without its edits.
  std::string path;  // The module that it selected, if it selected any.
  std::string reason;
};

struct SubscribeCall {
  ModelRef model;                 // An empty version means every version.
  std::vector<Hook> hooks;        // Without edits.
  uint32_t queue_size = 256;      // Events that may wait before the oldest is dropped.
  std::string resume_token = {};  // Of one that a server has ended: sequence numbers go on from there.
};

struct SubscriptionInfo {
  std::string id;
  ModelRef model;
  std::vector<Hook> hooks;
  uint64_t delivered = 0;
  uint64_t dropped = 0;
  uint32_t queued = 0;
};

// An open subscription. Destroying it ends it. One thread reads at a time.
class Subscription {
 public:
  virtual ~Subscription() = default;
  virtual const std::string& id() const = 0;
  // The modules that the hooks select in the served version, in named_modules' order.
  virtual const std::vector<std::string>& paths() const = 0;
  // Waits for an event. nullopt when none came before the deadline; an error when the stream has ended.
  virtual absl::StatusOr<std::optional<HookEvent>> Next(absl::Time deadline) = 0;
  // For a subscription to the same, once Next has said that the server ended this one. Empty if it did not.
  virtual std::string resume_token() const = 0;
  // Makes Next return CANCELLED, now and from now on. From any thread.
  virtual void Cancel() = 0;
};

class Hooks {
 public:
  virtual ~Hooks() = default;
  virtual absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(const SubscribeCall& call) = 0;
  virtual absl::StatusOr<std::vector<SubscriptionInfo>> ListSubscriptions() = 0;
};

}  // namespace moduled::contract
