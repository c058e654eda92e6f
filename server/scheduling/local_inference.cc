#include "server/scheduling/local_inference.h"

#include <algorithm>
#include <memory>
#include <random>
#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "server/scheduling/request_hooks.h"
#include "server/scheduling/signature_check.h"

namespace moduled::server {
namespace {

// Every event of the request repeats it.
constexpr size_t kMaxRequestId = 256;

// Tells the requests of one start of the server from those of another.
std::string RandomPrefix() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), "-");
}

nn::ObservedModules Union(nn::ObservedModules observed, const Interest* interest) {
  if (interest == nullptr) return observed;
  for (const Watch& watch : *interest) observed.insert(observed.end(), watch.observed.begin(), watch.observed.end());
  std::sort(observed.begin(), observed.end());
  observed.erase(std::unique(observed.begin(), observed.end()), observed.end());
  return observed;
}

}  // namespace

LocalInference::LocalInference(const ModelStore& store, SubscriptionHub& hub, Scheduler& scheduler,
                               InferenceOptions options)
    : store_(store), hub_(hub), scheduler_(scheduler), options_(std::move(options)), request_prefix_(RandomPrefix()) {}

void LocalInference::Forward(contract::ForwardCall call, Done done) {
  Start(std::move(call), nullptr, std::move(done));
}

void LocalInference::ForwardStream(contract::ForwardCall call, OnEvent on_event, Done done) {
  Start(std::move(call), std::move(on_event), std::move(done));
}

void LocalInference::Start(contract::ForwardCall call, OnEvent on_event, Done done) {
  absl::StatusOr<ModelHandle> model = store_.Find(call.model);
  if (!model.ok()) return std::move(done)(model.status());
  if (call.request_id.size() > kMaxRequestId) {
    return std::move(done)(absl::InvalidArgumentError(absl::StrCat("request_id: too long (got ", call.request_id.size(),
                                                                   " bytes, want at most ", kMaxRequestId, ")")));
  }
  if (absl::Status status = CheckArguments((*model)->signature(), (*model)->root(), call.arguments); !status.ok()) {
    return std::move(done)(std::move(status));
  }
  if (call.request_id.empty()) call.request_id = absl::StrCat(request_prefix_, ++requests_);

  // Shared by the two ends that the call may come to.
  auto shared_done = std::make_shared<Done>(std::move(done));
  contract::CallContext context = call.context;
  scheduler_.Submit({
      .context = std::move(context),
      .run =
          [this, call = std::move(call), model = *std::move(model), on_event = std::move(on_event),
           shared_done](nn::Workspace& workspace) mutable {
            std::move (*shared_done)(Run(call, *model, std::move(on_event), workspace));
          },
      .refuse = [shared_done](absl::Status status) { std::move (*shared_done)(std::move(status)); },
  });
}

absl::StatusOr<contract::ForwardReply> LocalInference::Run(const contract::ForwardCall& call, const LoadedModel& model,
                                                           OnEvent on_event, nn::Workspace& workspace) {
  ASSIGN_OR_RETURN(const RequestHooks hooks, RequestHooks::Resolve(call.hooks, model.root()));
  const std::shared_ptr<const Interest> interest = hub_.InterestIn(model.ref(), model.root());
  nn::ObservedModules observed = Union(hooks.observed(), interest.get());
  const bool is_observed = !observed.empty();
  ASSIGN_OR_RETURN(const nn::PreparedCall prepared, model.model().Prepare(call.arguments, std::move(observed)));

  contract::ForwardReply reply{model.ref(), call.request_id, {}, {}, {}};
  if (on_event == nullptr) {
    on_event = [&reply](contract::HookEvent event) { reply.events.push_back(std::move(event)); };
  }
  // The run stops for its caller, and for a limit of ours.
  std::stop_source stop;
  const std::stop_callback follow(call.context.cancelled, [&stop] { stop.request_stop(); });
  EventRouter router({model.ref(), options_.replica, call.request_id}, hooks, interest.get(), options_.max_hook_bytes,
                     std::move(on_event), stop);
  absl::StatusOr<nn::Datum> output = prepared.plan->Execute(
      prepared.inputs, workspace, {.deadline = call.context.deadline, .cancelled = stop.get_token()},
      is_observed ? &router : nullptr);
  RETURN_IF_ERROR(router.status());
  ASSIGN_OR_RETURN(reply.output, std::move(output));
  reply.unfired = hooks.Unfired(router.fired());
  return reply;
}

}  // namespace moduled::server
