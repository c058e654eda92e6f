#include <benchmark/benchmark.h>

#include <memory>

#include "client/cpp/client.h"
#include "nn/tensor/status_macros.h"
#include "tests/bench/bench.h"
#include "tests/support/server_process.h"

namespace moduled::bench {
namespace {

// The server lives until the last benchmark that uses it is gone.
struct Peer {
  std::unique_ptr<testing::ServerProcess> process;
  std::unique_ptr<client::Client> client;
};

void Run(benchmark::State& state, Peer& peer, const BenchModel& model) {
  for (auto _ : state) {
    contract::ForwardCall call;
    call.model = {model.name, ""};
    call.arguments = model.example;
    const auto reply = contract::ForwardAndWait(peer.client->inference(), std::move(call));
    if (!reply.ok()) return state.SkipWithError(reply.status().ToString().c_str());
  }
}

}  // namespace

absl::Status RegisterLoopback(const std::vector<BenchModel>& models, const std::string& server,
                              const std::string& repository) {
  auto peer = std::make_shared<Peer>();
  ASSIGN_OR_RETURN(peer->process, testing::ServerProcess::Start(server, repository));
  peer->client = client::Client::Connect(peer->process->address());
  for (const BenchModel& model : models) {
    benchmark::RegisterBenchmark(("loopback/" + model.name).c_str(),
                                 [peer, model](benchmark::State& state) { Run(state, *peer, model); })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
  return absl::OkStatus();
}

}  // namespace moduled::bench
