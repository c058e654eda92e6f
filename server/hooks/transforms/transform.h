// A hook's transform: what is made of the values of an event before they travel.
//
// Runs where events are delivered, not where models run. Immutable and thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"
#include "proto/contract/hooks.h"
#include "proto/contract/transform.h"

namespace moduled::server {

class Transform {
 public:
  // Checks what can be checked without values. `field` is the field of the request for errors: "hooks[0].transform".
  static absl::StatusOr<std::shared_ptr<const Transform>> Compile(std::vector<contract::TransformStep> steps,
                                                                  std::string field);

  // The value with each step applied to all of its tensors. INVALID_ARGUMENT, in torch's words behind the field, if a
  // step does not fit a tensor: `hooks[0].transform[1]: Dimension out of range (...)`.
  absl::StatusOr<nn::Datum> Apply(nn::Datum value) const;
  // Every value of the event. Errors name the event's path.
  absl::Status Apply(contract::HookEvent& event) const;

 private:
  Transform(std::vector<contract::TransformStep> steps, std::string field)
      : steps_(std::move(steps)), field_(std::move(field)) {}

  const std::vector<contract::TransformStep> steps_;
  const std::string field_;
};

// Leaves of an event's values what a transform of its kind is about, which is what edits of the kind would change: the
// arguments, the output, or the gradient.
void KeepSubject(contract::HookEvent& event);

}  // namespace moduled::server
