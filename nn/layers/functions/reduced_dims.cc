#include "nn/layers/functions/reduced_dims.h"

#include <numeric>
#include <utility>

#include "nn/layers/axes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {

std::vector<int64_t> AllAxes(size_t rank) {
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), int64_t{0});
  return axes;
}

absl::StatusOr<ReducedAxes> ReadReducedAxes(const BoundArguments& bound, size_t dim, size_t keepdim, size_t rank) {
  ReducedAxes reduced;
  ASSIGN_OR_RETURN(reduced.keepdim, bound.Bool(keepdim, false));
  if (!bound.IsNone(dim)) {
    ASSIGN_OR_RETURN(const std::vector<int64_t> dims, bound.IntOrInts(dim));
    ASSIGN_OR_RETURN(reduced.axes, NormalizeAxes(dims, rank));
  }
  if (reduced.axes.empty()) reduced.axes = AllAxes(rank);
  if (rank == 0) reduced.axes.clear();
  return reduced;
}

}  // namespace moduled::nn::functions
