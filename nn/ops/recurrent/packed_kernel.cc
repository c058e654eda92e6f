#include <algorithm>
#include <utility>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/kernels/avx512.h"
#include "nn/ops/kernels/parallel.h"
#include "nn/ops/kernels/step_tasks.h"
#include "nn/ops/recurrent/packed_run.h"
#include "nn/ops/recurrent/problem.h"
#include "nn/ops/recurrent/steps.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::recurrent {
namespace {

// What is counted from sizes within this bound, elements and bytes, stays far below 2^63.
constexpr int64_t kMostElements = int64_t{1} << 40;

// The threads that are worth their while. A run that is short ends before another thread has been woken for it, a step
// that is short before another thread has been told of it.
int UsefulThreads(const PackedProblem& problem, int threads) {
  constexpr double kShortestStep = 1.2, kShortestRun = 50;  // In us.
  constexpr double kMultiplied = 60'000, kLoaded = 40'000;  // Elements of the weights in a us.
  const auto elements = static_cast<double>(problem.hh.size() + problem.hr.size());
  const double step = elements * std::max(static_cast<double>(problem.sizes.batch) / kMultiplied, 1 / kLoaded);
  if (step * static_cast<double>(problem.sizes.steps) < kShortestRun) return 1;
  if (RunsRowsApart(problem, threads)) return threads;
  return step < kShortestStep ? 1 : static_cast<int>(std::min<int64_t>(threads, problem.hh.count()));
}

absl::Status CheckWhetherItApplies(const Problem& problem, const KernelRequest& request) {
  if (request.in[0].dtype != DType::kFloat32) return absl::UnimplementedError("float32 only");
  if (!avx512::IsSupported()) return absl::UnimplementedError("the processor lacks AVX-512");
  for (const size_t weight : {problem.attrs.w_hh(), problem.attrs.projected ? problem.attrs.w_hr() : 0}) {
    if (weight == 0) continue;
    if (request.constants[weight] == nullptr) return absl::UnimplementedError("the weights are not constant");
    if (request.in[weight].shape.numel() > kMostElements / avx512::kLanes) {
      return absl::UnimplementedError("the weights are too large");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakePackedKernel(const Problem& problem, const KernelRequest& request) {
  RETURN_IF_ERROR(CheckWhetherItApplies(problem, request));
  const RecurrentAttrs& attrs = problem.attrs;
  PackedProblem packed = {.attrs = attrs, .sizes = problem.sizes};
  packed.hh = PanelLayout(attrs.gates(), packed.sizes.hidden, packed.sizes.width);
  ASSIGN_OR_RETURN(packed.w_hh, PackPanels(packed.hh, *request.constants[attrs.w_hh()], request.packs));
  if (attrs.projected) {
    packed.hr = PanelLayout(1, packed.sizes.width, packed.sizes.hidden);
    ASSIGN_OR_RETURN(packed.w_hr, PackPanels(packed.hr, *request.constants[attrs.w_hr()], request.packs));
  }
  const int threads = UsefulThreads(packed, std::min(request.threads, kernels::StepTasks::kMostParts));
  const int64_t scratch = attrs.projected ? packed.sizes.batch * packed.sizes.hidden : 0;
  const auto run = [packed = std::move(packed), threads](const KernelArgs& args) {
    const Buffers<float> buffers(packed.attrs, args);
    if (packed.attrs.packed) RETURN_IF_ERROR(CheckBatchSizes(packed.sizes, buffers.batch_sizes));
    buffers.StartFromInitialStates(packed.sizes);
    const PackedRun run(packed, buffers, static_cast<float*>(args.scratch));
    kernels::StepTasks tasks(threads);
    kernels::RunTeam(threads, [&](int thread) { run.Run(tasks, thread); });
    run.CopyFinalStates();
    return absl::OkStatus();
  };
  return MakeSimpleKernel("packed", run, static_cast<size_t>(scratch) * sizeof(float));
}

}  // namespace moduled::nn::recurrent
