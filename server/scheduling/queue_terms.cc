#include "server/scheduling/queue_terms.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace moduled::server {

absl::StatusOr<QueueTerms> TermsOf(const contract::CallContext& context, const LoadedModel& model) {
  const ModelConfig& config = model.config();
  if (context.priority > config.priority_levels) {
    return absl::InvalidArgumentError(absl::StrCat("priority: the model has no such one (got ", context.priority,
                                                   ", want 1 to ", config.priority_levels, ", or 0 for its default)"));
  }
  QueueTerms terms;
  terms.model = &model;
  terms.priority = context.priority == 0 ? config.default_priority : context.priority;
  terms.max_running = config.instances;
  const auto own = config.priority_queues.find(terms.priority);
  const QueuePolicy& policy = own == config.priority_queues.end() ? config.queue : own->second;
  terms.max_waiting = policy.max_waiting;
  terms.delay = policy.delay;
  terms.timeout = policy.timeout;
  if (policy.allow_override && context.queue_timeout > absl::ZeroDuration()) {
    terms.timeout = std::min(terms.timeout, context.queue_timeout);
  }
  return terms;
}

}  // namespace moduled::server
