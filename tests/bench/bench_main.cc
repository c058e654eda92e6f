// moduled_bench REPOSITORY SERVER [Google Benchmark's flags]: latency of every model of a repository, in process and
// over loopback.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "tests/bench/bench.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s REPOSITORY SERVER [--benchmark_…]\n", argv[0]);
    return 2;
  }
  // As the server does: one thread a call.
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  setenv("OMP_NUM_THREADS", "1", 1);
  const auto models = moduled::bench::LoadRepository(argv[1]);
  if (!models.ok()) {
    std::fprintf(stderr, "%s\n", models.status().ToString().c_str());
    return 1;
  }
  moduled::bench::RegisterEngine(*models);
  const absl::Status loopback = moduled::bench::RegisterLoopback(*models, argv[2], argv[1]);
  if (!loopback.ok()) {
    std::fprintf(stderr, "%s\n", loopback.ToString().c_str());
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
