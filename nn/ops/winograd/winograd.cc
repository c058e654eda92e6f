#include "nn/ops/winograd/winograd.h"

#include "nn/ops/kernels/avx512.h"
#include "nn/ops/winograd/blocking.h"
#include "nn/ops/winograd/runner.h"

namespace moduled::nn::winograd {
namespace {

bool Within(int64_t value, int64_t least, int64_t most) { return least <= value && value <= most; }

}  // namespace

bool Supports(const Problem& problem) {
  // What is counted from sizes within these bounds, elements and bytes, stays far below 2^63.
  constexpr int64_t kMostChannels = 1 << 14, kMostExtent = 1 << 16, kMostElements = int64_t{1} << 40;
  if (!avx512::IsSupported()) return false;
  if (problem.tile != 4 && (problem.tile != 2 || problem.form == WeightForm::kWindows)) return false;
  if (!Within(problem.threads, 1, 1 << 10) || !Within(problem.batch, 1, kMostExtent)) return false;
  for (int64_t channels : {problem.in_channels, problem.out_channels}) {
    if (!Within(channels, 1, kMostChannels)) return false;
  }
  for (int64_t extent : {problem.in_height, problem.in_width, problem.out_height, problem.out_width}) {
    if (!Within(extent, 1, kMostExtent)) return false;
  }
  if (!Within(problem.pad_top, 0, kMostExtent) || !Within(problem.pad_left, 0, kMostExtent)) return false;
  return problem.batch * problem.in_height * problem.in_width <= kMostElements / problem.in_channels &&
         problem.batch * problem.out_height * problem.out_width <= kMostElements / problem.out_channels;
}

size_t ScratchBytes(const Problem& problem) { return Scratch(MakeBlocking(problem), problem.threads).bytes(); }

void Run(const Problem& problem, const float* x, const float* packed, const float* bias, const float* residual,
         float* y, void* scratch) {
  const Operands operands = {.x = x,
                             .packed = packed,
                             .bias = problem.bias ? bias : nullptr,
                             .residual = problem.residual ? residual : nullptr,
                             .y = y,
                             .scratch = static_cast<float*>(scratch)};
  if (problem.tile == 2) {
    Runner<2>(problem, operands).Run();
  } else {
    Runner<4>(problem, operands).Run();
  }
}

}  // namespace moduled::nn::winograd
