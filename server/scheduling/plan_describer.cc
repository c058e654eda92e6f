#include "server/scheduling/plan_describer.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "nn/description/signature.h"
#include "nn/tensor/status_macros.h"
#include "server/models/warm_up.h"
#include "server/scheduling/input_names.h"
#include "server/scheduling/request_hooks.h"
#include "server/scheduling/signature_check.h"

namespace moduled::server {
namespace {

// Refuses what is too large before anything is allocated.
absl::StatusOr<size_t> BytesOf(const std::vector<nn::TensorSpec>& specs) {
  size_t bytes = 0;
  for (const nn::TensorSpec& spec : specs) {
    RETURN_IF_ERROR(spec.Check());
    if (spec.byte_size() > PlanDescriber::kMaxInputBytes - bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("inputs: too large (want at most ", PlanDescriber::kMaxInputBytes, " bytes in all)"));
    }
    bytes += spec.byte_size();
  }
  return bytes;
}

nn::CallData TypesOf(const std::vector<nn::TensorSpec>& specs) {
  nn::CallData arguments;
  for (const nn::TensorSpec& spec : specs) arguments.args.emplace_back(nn::Tensor::Wrap(spec, nullptr, nullptr));
  return arguments;
}

// A pattern has a wildcard; anything else is a path, which has to exist.
std::vector<contract::Hook> HooksOf(const std::vector<std::string>& observed) {
  std::vector<contract::Hook> hooks;
  for (const std::string& text : observed) {
    const bool is_pattern = text.find_first_of("*?") != std::string::npos;
    hooks.push_back({.selector_kind = is_pattern ? contract::SelectorKind::kGlob : contract::SelectorKind::kPath,
                     .selector = text});
  }
  return hooks;
}

// The same error with the name that the field has in this call.
absl::Status AsObserved(const absl::Status& status) {
  const absl::string_view text = status.message();
  if (!absl::StartsWith(text, "hooks[")) return status;
  return {status.code(), absl::StrCat("observed", absl::StripPrefix(text, "hooks"))};
}

contract::PlanStep ToContract(nn::PlanStep step) {
  return {.op = std::move(step.op),
          .absorbed = std::move(step.absorbed),
          .algorithm = std::move(step.algorithm),
          .channels_last = step.channels_last,
          .path = std::move(step.path),
          .outputs = std::move(step.outputs),
          .scratch_bytes = step.scratch_bytes};
}

}  // namespace

void PlanDescriber::Describe(contract::PlanCall call, contract::Introspection::PlanDone done) {
  absl::StatusOr<Job> job = Check(std::move(call));
  if (!job.ok()) return std::move(done)(job.status());
  // Shared by the two ends that the call may come to.
  auto shared_done = std::make_shared<contract::Introspection::PlanDone>(std::move(done));
  contract::CallContext context = job->call.context;
  const int threads = ThreadsOf(*job);
  scheduler_.Submit({
      .context = std::move(context),
      .run = [job = *std::move(job),
              shared_done](const ComputeShare& share) { std::move (*shared_done)(Compute(job, share)); },
      .refuse = [shared_done](absl::Status status) { std::move (*shared_done)(std::move(status)); },
      .threads = threads,
  });
}

absl::StatusOr<PlanDescriber::Job> PlanDescriber::Check(contract::PlanCall call) const {
  ASSIGN_OR_RETURN(ModelHandle model, store_.Find(call.model));
  if (call.runs > kMaxRuns) {
    return absl::InvalidArgumentError(
        absl::StrCat("runs: too many (got ", call.runs, ", want at most ", kMaxRuns, ")"));
  }
  if (call.threads > static_cast<uint32_t>(scheduler_.threads())) {
    return absl::InvalidArgumentError(absl::StrCat("threads: more than the server computes on (got ", call.threads,
                                                   ", want at most ", scheduler_.threads(), ")"));
  }
  if (call.inputs.empty()) {
    ASSIGN_OR_RETURN(call.inputs, nn::ExampleInputs(model->signature()));
  }
  RETURN_IF_ERROR(BytesOf(call.inputs).status());
  RETURN_IF_ERROR(CheckArguments(model->signature(), model->root(), TypesOf(call.inputs)));
  return Job{std::move(call), std::move(model)};
}

int PlanDescriber::ThreadsOf(const Job& job) const {
  if (job.call.threads > 0) return static_cast<int>(job.call.threads);
  return job.model->cost().IsWorthSharing(BytesOf(job.call.inputs).value_or(0)) ? scheduler_.threads() : 1;
}

absl::StatusOr<contract::PlanReply> PlanDescriber::Compute(const Job& job, const ComputeShare& share) {
  const LoadedModel& model = *job.model;
  ASSIGN_OR_RETURN(const nn::CallData arguments, SampleArguments(job.call.inputs));
  const InputNames inputs(model.signature(), model.root(), arguments);
  const auto hooks = RequestHooks::Resolve(HooksOf(job.call.observed), model.root(), inputs);
  if (!hooks.ok()) return AsObserved(hooks.status());
  ASSIGN_OR_RETURN(const nn::PreparedCall prepared,
                   model.model().Prepare(
                       arguments, {.observed = inputs.ToEngine(hooks->set().observed()), .threads = share.threads}));
  contract::PlanReply reply{.model = model.ref(),
                            .precision = server::ToContract(model.config().precision),
                            .threads = static_cast<uint32_t>(share.threads),
                            .inputs = job.call.inputs,
                            .arena_bytes = prepared.plan->arena_bytes(),
                            .result_bytes = prepared.plan->escaping_bytes(),
                            .runs = job.call.runs};
  for (nn::PlanStep& step : prepared.plan->Steps()) reply.steps.push_back(ToContract(std::move(step)));
  if (reply.runs == 0) return reply;
  ASSIGN_OR_RETURN(const auto times, prepared.plan->Time(prepared.inputs, share.workspace, static_cast<int>(reply.runs),
                                                         {.deadline = job.call.context.deadline,
                                                          .cancelled = job.call.context.cancelled}));
  for (size_t i = 0; i < times.size(); ++i) {
    reply.steps[i].time = absl::FromChrono(times[i]);
    reply.time += reply.steps[i].time;
  }
  return reply;
}

}  // namespace moduled::server
