// Running a model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"
#include "proto/contract/backward.h"
#include "proto/contract/call_context.h"
#include "proto/contract/hooks.h"
#include "proto/contract/model_ref.h"

namespace moduled::contract {

struct ForwardCall {
  ModelRef model;
  nn::CallData arguments;                       // Its tensors need not be flat.
  std::vector<Hook> hooks;                      // For this call alone.
  std::string request_id;                       // Empty: the server makes one.
  std::optional<uint64_t> seed = std::nullopt;  // Of what is random in the call. Unset: the server's choice.
  CallContext context;
};

struct ForwardReply {
  ModelRef model;
  std::string request_id;
  nn::Datum output;
  std::vector<HookEvent> events;  // In firing order. Empty when they were streamed.
  std::vector<UnfiredHook> unfired;
};

class Inference {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<ForwardReply>) &&>;
  using BackwardDone = absl::AnyInvocable<void(absl::StatusOr<BackwardReply>) &&>;
  using OnEvent = absl::AnyInvocable<void(HookEvent)>;

  virtual ~Inference() = default;

  // Returns at once; `done` is called exactly once, on any thread, perhaps before this returns. It must not block.
  virtual void Forward(ForwardCall call, Done done) = 0;
  // The same, with each event handed to `on_event` as its module returns, in firing order, all before `done`.
  virtual void ForwardStream(ForwardCall call, OnEvent on_event, Done done) = 0;
  // As Forward, with a backward pass behind it.
  virtual void Backward(BackwardCall call, BackwardDone done) = 0;
};

// Wait for the answer.
absl::StatusOr<ForwardReply> ForwardAndWait(Inference& inference, ForwardCall call);
absl::StatusOr<BackwardReply> BackwardAndWait(Inference& inference, BackwardCall call);

}  // namespace moduled::contract
