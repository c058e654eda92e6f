// moduled_winograd_bench: Winograd's convolution alone, on the shapes of residual networks. `flops` counts what the
// definition takes, so that it may exceed what the processor can do.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "nn/ops/winograd/winograd.h"
#include "nn/tensor/tensor.h"

namespace moduled::bench {
namespace {

using nn::winograd::Problem;
using nn::winograd::WeightForm;

class Buffer {
 public:
  explicit Buffer(int64_t elements) : tensor_(*nn::Tensor::Allocate({nn::DType::kFloat32, {elements}})) {
    // Neither zeros nor denormal numbers, which some processors take longer for.
    for (int64_t i = 0; i < elements; ++i) data()[i] = static_cast<float>(i * 7919 % 1000) * 1e-3f - 0.5f;
  }
  float* data() { return static_cast<float*>(tensor_.mutable_data()); }

 private:
  nn::Tensor tensor_;
};

void RunWinograd(benchmark::State& state, const Problem& problem) {
  const int64_t pixels = problem.batch * problem.out_height * problem.out_width;
  const int64_t weights = problem.out_channels * problem.in_channels * 9;
  Buffer x(problem.batch * problem.in_height * problem.in_width * problem.in_channels), weight(weights);
  Buffer bias(problem.out_channels), y(pixels * problem.out_channels);
  Buffer packed(static_cast<int64_t>(nn::winograd::PackedBytes(problem) / sizeof(float)));
  Buffer scratch(static_cast<int64_t>(nn::winograd::ScratchBytes(problem) / sizeof(float)));
  nn::winograd::PackWeights(problem, weight.data(), packed.data());
  for (auto _ : state) {
    nn::winograd::Run(problem, x.data(), packed.data(), bias.data(), nullptr, y.data(), scratch.data());
  }
  state.counters["flops"] = benchmark::Counter(2.0 * static_cast<double>(pixels) * static_cast<double>(weights),
                                               benchmark::Counter::kIsIterationInvariantRate);
}

void Register(int64_t channels, int64_t extent) {
  for (const int64_t batch : {1, 8}) {
    for (const int threads : {1, 2}) {
      for (const std::string name : {"F2", "F4", "F4 by windows"}) {
        const Problem problem = {.batch = batch,
                                 .in_height = extent,
                                 .in_width = extent,
                                 .in_channels = channels,
                                 .out_channels = channels,
                                 .out_height = extent,
                                 .out_width = extent,
                                 .pad_top = 1,
                                 .pad_left = 1,
                                 .tile = name == "F2" ? 2 : 4,
                                 .form = name == "F4 by windows" ? WeightForm::kWindows : WeightForm::kTransformed,
                                 .threads = threads,
                                 .bias = true,
                                 .activation = nn::winograd::Activation::kClamp};
        if (!Supports(problem)) continue;
        const std::string shape = std::to_string(channels) + " at " + std::to_string(extent);
        const std::string full =
            name + "/" + shape + "/batch " + std::to_string(batch) + "/threads " + std::to_string(threads);
        benchmark::RegisterBenchmark(full.c_str(), [problem](benchmark::State& state) { RunWinograd(state, problem); })
            ->UseRealTime()
            ->Unit(benchmark::kMicrosecond);
      }
    }
  }
}

}  // namespace
}  // namespace moduled::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  moduled::bench::Register(64, 56);
  moduled::bench::Register(128, 28);
  moduled::bench::Register(256, 14);
  moduled::bench::Register(512, 7);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
