#include "nn/ops/tiles/tiles.h"

#include "nn/ops/tiles/processor.h"
#include "nn/ops/tiles/runner.h"

namespace moduled::nn::tiles {

bool Supports(const Problem& problem) {
  // What is counted from sizes within these bounds, elements and bytes, stays far below 2^63.
  constexpr int64_t kMostExtent = int64_t{1} << 30, kMostElements = int64_t{1} << 40;
  for (const int64_t extent : {problem.rows, problem.columns, problem.depth}) {
    if (extent < 1 || extent > kMostExtent) return false;
  }
  return problem.rows <= kMostElements / problem.columns && problem.depth <= kMostElements / problem.columns &&
         problem.rows <= kMostElements / problem.depth && HasTiles();
}

size_t ScratchBytes(const Problem& problem) { return Scratch(problem, Blocking(problem)).bytes(); }

void Multiply(const Problem& problem, const Operands& operands) { Runner(problem, operands).Run(); }

}  // namespace moduled::nn::tiles
