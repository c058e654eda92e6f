#include "client/modulectl/bench/server_times.h"

#include <grpcpp/client_context.h>

#include <utility>

#include "absl/time/clock.h"
#include "client/cpp/channel.h"
#include "open_inference/grpc_service.grpc.pb.h"

namespace moduled::modulectl::bench {

ServerTimes ServerTimes::Since(const ServerTimes& before) const {
  // A model that was loaded again has begun to count anew.
  if (calls < before.calls) return *this;
  ServerTimes since = *this;
  since.calls -= before.calls;
  since.runs -= before.runs;
  since.queue -= before.queue;
  since.compute -= before.compute;
  return since;
}

ServerClock::ServerClock(const std::string& address, const client::ClientOptions& options, contract::ModelRef model)
    : options_(options), model_(std::move(model)), channel_(client::SharedChannel(address, options)) {}

std::optional<ServerTimes> ServerClock::Read() const {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  inference::ModelStatisticsRequest request;
  request.set_name(model_.name);
  request.set_version(model_.version);
  inference::ModelStatisticsResponse response;
  const auto stub = inference::GRPCInferenceService::NewStub(channel_);
  // An extension: a server may lack it, or not tell this caller.
  if (!stub->ModelStatistics(&context, request, &response).ok()) return std::nullopt;
  ServerTimes times;
  for (const inference::ModelStatistics& version : response.model_stats()) {
    times.calls += version.inference_stats().success().count();
    times.runs += version.execution_count();
    times.queue += version.inference_stats().queue().ns();
    times.compute += version.inference_stats().compute_input().ns() + version.inference_stats().compute_infer().ns() +
                     version.inference_stats().compute_output().ns();
  }
  return times;
}

}  // namespace moduled::modulectl::bench
