#include "server/scheduling/local_inference.h"

#include <algorithm>
#include <memory>
#include <random>
#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nn/tensor/status_macros.h"
#include "server/scheduling/backward_request.h"
#include "server/scheduling/call_batch.h"
#include "server/scheduling/event_router.h"
#include "server/scheduling/queue_terms.h"
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

// What the request's hooks and those who watch want to see, in the engine's words.
nn::ObservedModules ObservedBy(const RequestHooks& hooks, const Interest* interest, const InputNames& inputs,
                               bool has_backward) {
  nn::ObservedModules observed = hooks.set().observed();
  if (interest != nullptr) {
    for (const Watch& watch : *interest) {
      observed.insert(observed.end(), watch.hooks.observed().begin(), watch.hooks.observed().end());
    }
  }
  // Hooks on gradients make no other plan of a forward.
  if (!has_backward) {
    const auto is_backward = [](const auto& point) { return nn::IsBackward(point.second); };
    observed.erase(std::remove_if(observed.begin(), observed.end(), is_backward), observed.end());
  }
  return inputs.ToEngine(std::move(observed));
}

std::shared_ptr<const Interest> InterestIn(SubscriptionHub& hub, const LoadedModel& model) {
  if (!hub.has_subscriptions()) return nullptr;
  return hub.InterestIn(model.ref(), model.root(), DeclaredInputs(model.signature(), model.root()));
}

contract::BackwardReply BackwardReplyOf(contract::ForwardReply reply) {
  nn::BackwardResult result = nn::UnpackBackward(reply.output);
  contract::BackwardReply backward;
  backward.model = std::move(reply.model);
  backward.request_id = std::move(reply.request_id);
  backward.output = std::move(result.output);
  backward.loss = std::move(result.loss);
  backward.grad_inputs = std::move(result.grad_args);
  backward.grad_kwargs = std::move(result.grad_kwargs);
  for (auto& [name, gradient] : result.grad_parameters) {
    backward.grad_parameters.push_back({std::move(name), std::move(gradient)});
  }
  backward.events = std::move(reply.events);
  backward.unfired = std::move(reply.unfired);
  return backward;
}

}  // namespace

LocalInference::LocalInference(const ModelStore& store, SubscriptionHub& hub, Scheduler& scheduler,
                               InferenceOptions options)
    : store_(store), hub_(hub), scheduler_(scheduler), options_(std::move(options)), request_prefix_(RandomPrefix()) {}

void LocalInference::Forward(contract::ForwardCall call, Done done) {
  ForwardStream(std::move(call), nullptr, std::move(done));
}

void LocalInference::ForwardStream(contract::ForwardCall call, OnEvent on_event, Done done) {
  Job job{std::move(call), nullptr, std::nullopt, std::move(on_event)};
  EndPointer end = Begin(RequestRecord::Kind::kForward, job.call, std::move(done));
  absl::StatusOr<ModelHandle> model = store_.Find(job.call.model);
  if (!model.ok()) return (*end)(model.status());
  job.model = *std::move(model);
  Submit(std::move(job), std::move(end));
}

void LocalInference::Backward(contract::BackwardCall call, BackwardDone done) {
  absl::StatusOr<ModelHandle> model = store_.Find(call.model);
  absl::StatusOr<nn::BackwardCall> backward =
      model.ok() ? ResolveBackward(call, (*model)->root()) : absl::StatusOr<nn::BackwardCall>(model.status());
  Job job{.call = {.model = std::move(call.model),
                   .arguments = std::move(call.arguments),
                   .hooks = std::move(call.hooks),
                   .request_id = std::move(call.request_id),
                   .seed = call.seed,
                   .context = std::move(call.context)}};
  EndPointer end = Begin(RequestRecord::Kind::kBackward, job.call,
                         [done = std::move(done)](absl::StatusOr<contract::ForwardReply> reply) mutable {
                           if (!reply.ok()) return std::move(done)(reply.status());
                           std::move(done)(BackwardReplyOf(*std::move(reply)));
                         });
  if (!backward.ok()) return (*end)(backward.status());
  job.model = *std::move(model);
  job.backward = *std::move(backward);
  Submit(std::move(job), std::move(end));
}

LocalInference::EndPointer LocalInference::Begin(RequestRecord::Kind kind, contract::ForwardCall& call, Done done) {
  if (call.request_id.empty()) call.request_id = absl::StrCat(request_prefix_, ++requests_);
  // Shared by the two ends that the call may come to.
  auto end = std::make_shared<CallEnd>(options_.on_end, std::move(done));
  RequestRecord& record = end->record();
  record.kind = kind;
  record.model = call.model;
  record.request_id = call.request_id;
  record.trace_parent = call.context.trace_parent;
  record.received = absl::Now();
  record.input_bytes = BytesOf(call.arguments);
  return end;
}

absl::Status LocalInference::Check(const Job& job) {
  if (job.call.request_id.size() > kMaxRequestId) {
    return absl::InvalidArgumentError(absl::StrCat("request_id: too long (got ", job.call.request_id.size(),
                                                   " bytes, want at most ", kMaxRequestId, ")"));
  }
  return CheckArguments(job.model->signature(), job.model->root(), job.call.arguments);
}

void LocalInference::Submit(Job job, EndPointer end) {
  RequestRecord& record = end->record();
  record.model = job.model->ref();
  record.is_known_model = true;
  if (absl::Status status = Check(job); !status.ok()) return (*end)(std::move(status));
  const absl::StatusOr<QueueTerms> terms = TermsOf(job.call.context, *job.model);
  if (!terms.ok()) return (*end)(terms.status());
  // Subscribers would see the rows of others: their calls run alone.
  const bool may_join = !job.backward.has_value() && job.on_event == nullptr && InterestIn(hub_, *job.model) == nullptr;
  const int64_t rows = may_join ? BatchableRows(job.call, *job.model) : 0;
  if (rows > 0) return SubmitBatchable(std::move(job), rows, *terms, std::move(end));
  contract::CallContext context = job.call.context;
  const bool gains_by_threads = job.model->cost().IsWorthSharing(record.input_bytes);
  scheduler_.Submit({
      .context = std::move(context),
      .run = [this, job = std::move(job),
              end](const ComputeShare& share) mutable { Run(std::move(job), share, std::move(end)); },
      .refuse = [end](absl::Status status) { (*end)(std::move(status)); },
      .gains_by_threads = gains_by_threads,
      .terms = *terms,
  });
}

void LocalInference::SubmitBatchable(Job job, int64_t rows, const QueueTerms& terms, EndPointer end) {
  auto call = std::make_shared<BatchCall>(BatchCall{std::move(job.call), std::move(job.model), std::move(end), rows});
  const LoadedModel& model = *call->model;
  call->end->record().rows = call->end->record().batch_rows = rows;  // Unless others come along.
  Together together;
  together.call = call;
  together.rows = rows;
  together.max_rows = model.batching().max_rows();
  together.max_delay = model.config().max_queue_delay;
  together.fit = [](const void* a, const void* b) {
    return FitTogether(*static_cast<const BatchCall*>(a), *static_cast<const BatchCall*>(b));
  };
  together.run = [call](std::vector<server::Job> others, const ComputeShare& share) {
    std::vector<std::shared_ptr<BatchCall>> calls = {call};
    for (server::Job& other : others) calls.push_back(std::static_pointer_cast<BatchCall>(other.together->call));
    RunBatch(std::move(calls), share);
  };
  scheduler_.Submit({
      .context = call->call.context,
      .run =
          [this, call](const ComputeShare& share) {
            Run({std::move(call->call), call->model}, share, std::move(call->end));
          },
      .refuse = [call](absl::Status status) { (*call->end)(std::move(status)); },
      .gains_by_threads = model.cost().IsWorthSharing(call->end->record().input_bytes),
      .terms = terms,
      .together = std::move(together),
  });
}

void LocalInference::Run(Job job, const ComputeShare& share, EndPointer end) {
  RequestRecord& record = end->record();
  const absl::Time begin = absl::Now();
  record.was_run = true;
  record.leads_batch = true;
  record.queued = begin - record.received;
  record.threads = share.threads;
  const LoadedModel& model = *job.model;
  const std::shared_ptr<const Interest> interest = InterestIn(hub_, model);
  // Only hooks ask for names.
  const bool has_hooks = !job.call.hooks.empty() || interest != nullptr;
  const InputNames inputs = has_hooks ? InputNames(model.signature(), model.root(), job.call.arguments) : InputNames();
  const absl::StatusOr<RequestHooks> hooks = RequestHooks::Resolve(job.call.hooks, model.root(), inputs);
  if (!hooks.ok()) return (*end)(hooks.status());
  const auto events =
      std::make_shared<RequestEvents>(std::move(job.on_event), job.call.context.cancelled,
                                      hooks->has_transforms() ? &transformer_ : nullptr, options_.max_hook_bytes);
  EventRouter router({model.ref(), options_.replica, job.call.request_id}, inputs, *hooks, interest.get(), *events);
  nn::ObservedModules observed = ObservedBy(*hooks, interest.get(), inputs, job.backward.has_value());
  absl::StatusOr<contract::ForwardReply> reply =
      Execute(job, *hooks, std::move(observed), router, events->stop(), share);
  record.computed = absl::Now() - begin;
  events->End(std::move(reply), [end](absl::StatusOr<contract::ForwardReply> ended) { (*end)(std::move(ended)); });
}

absl::StatusOr<contract::ForwardReply> LocalInference::Execute(const Job& job, const RequestHooks& hooks,
                                                               nn::ObservedModules observed, EventRouter& router,
                                                               std::stop_token stop, const ComputeShare& share) {
  nn::Model& model = job.model->model();
  const bool has_backward = job.backward.has_value();
  ASSIGN_OR_RETURN(RequestEdits edits, hooks.Edits(has_backward));
  const bool is_observed = !observed.empty();
  const nn::CallData& arguments = job.call.arguments;
  nn::CallVariant variant{std::move(observed), std::move(edits.edits), std::move(edits.operands), share.threads};
  ASSIGN_OR_RETURN(nn::PreparedCall prepared, has_backward
                                                  ? model.PrepareBackward(arguments, *job.backward, std::move(variant))
                                                  : model.Prepare(arguments, std::move(variant)));
  for (nn::Tensor& input : prepared.inputs) {
    ASSIGN_OR_RETURN(input, input.Flat());
  }
  contract::ForwardReply reply{job.model->ref(), job.call.request_id, {}, {}, {}};
  ASSIGN_OR_RETURN(reply.output, prepared.plan->Execute(
                                     prepared.inputs, share.workspace,
                                     {.deadline = job.call.context.deadline, .cancelled = stop, .seed = job.call.seed},
                                     is_observed ? &router : nullptr));
  reply.unfired = hooks.Unfired(router.fired(), prepared.plan->graph());
  return reply;
}

}  // namespace moduled::server
