#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>

#include "tests/bench/bench.h"

namespace moduled::bench {
namespace {

class Dropper final : public nn::Observer {
 public:
  void OnObservation(nn::Observation observation) override { benchmark::DoNotOptimize(observation); }
};

void Run(benchmark::State& state, const BenchModel& model, const nn::ObservedModules& observed) {
  const absl::StatusOr<nn::PreparedCall> call = model.model->Prepare(model.example, {.observed = observed});
  if (!call.ok()) return state.SkipWithError(call.status().ToString().c_str());
  nn::Workspace workspace;
  Dropper dropper;
  for (auto _ : state) {
    const absl::StatusOr<nn::Datum> output = call->plan->Execute(call->inputs, workspace, {}, &dropper);
    if (!output.ok()) return state.SkipWithError(output.status().ToString().c_str());
    benchmark::DoNotOptimize(output);
  }
  state.counters["arena_bytes"] = static_cast<double>(call->plan->arena_bytes());
}

// Finding the plan that is there already, which every request does.
void Prepare(benchmark::State& state, const BenchModel& model) {
  for (auto _ : state) {
    const absl::StatusOr<nn::PreparedCall> call = model.model->Prepare(model.example);
    if (!call.ok()) return state.SkipWithError(call.status().ToString().c_str());
    benchmark::DoNotOptimize(call);
  }
}

}  // namespace

void RegisterEngine(const std::vector<BenchModel>& models) {
  for (const BenchModel& model : models) {
    nn::ObservedModules all;
    for (const auto& [path, module] : model.model->root().named_modules())
      all.emplace_back(path, nn::HookKind::kForward);
    std::sort(all.begin(), all.end());
    benchmark::RegisterBenchmark(("engine/" + model.name).c_str(), [model](benchmark::State& state) {
      Run(state, model, {});
    })->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("engine/" + model.name + "/prepare").c_str(), [model](benchmark::State& state) {
      Prepare(state, model);
    })->Unit(benchmark::kNanosecond);
    benchmark::RegisterBenchmark(("engine/" + model.name + "/observed").c_str(), [model, all](benchmark::State& state) {
      Run(state, model, all);
    })->Unit(benchmark::kMillisecond);
  }
}

}  // namespace moduled::bench
