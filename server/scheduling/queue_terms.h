// How a call waits: what it asks for, within what its model's configuration lets it.
#pragma once

#include "absl/status/statusor.h"
#include "proto/contract/call_context.h"
#include "server/models/loaded_model.h"
#include "server/scheduling/job.h"

namespace moduled::server {

// INVALID_ARGUMENT for a priority that the model does not have. A timeout can only become shorter, and only where the
// configuration lets calls say so; elsewhere it is what the configuration says.
absl::StatusOr<QueueTerms> TermsOf(const contract::CallContext& context, const LoadedModel& model);

}  // namespace moduled::server
