#include "nn/ops/convolution/gradient_problem.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/ops/blas/blas.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Elements that stay in the cache between being made and being used.
constexpr int64_t kColumnElements = 1 << 17;
// Fewer columns would keep GEMM from reusing what it loads.
constexpr int64_t kMinColumns = 64;

}  // namespace

int64_t ColumnsAtATime(const ConvolutionProblem& problem) {
  const int64_t rows = std::max<int64_t>(1, problem.group_in * problem.taps());
  return std::min(problem.out_plane(), std::max(kMinColumns, kColumnElements / rows));
}

absl::Status CheckGradient(absl::string_view op, const ConvolutionOp::Attrs& attrs, const TensorSpec& x,
                           const TensorSpec& weight, const TensorSpec& dy) {
  RETURN_IF_ERROR(x.Check());
  RETURN_IF_ERROR(weight.Check());
  ASSIGN_OR_RETURN(const std::vector<TensorSpec> y, ConvolutionOp::Infer(attrs, {x, weight}));
  if (y[0] == dy) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(op, ": the gradient is not that of the convolution (got ",
                                                 dy.ToString(), ", want ", y[0].ToString(), ")"));
}

absl::Status CheckProducts(const ConvolutionProblem& problem) {
  if (blas::Fits(problem.group_in * problem.taps()) && blas::Fits(problem.out_plane()) &&
      blas::Fits(problem.group_out)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("the gradient of a convolution as large as this cannot be computed");
}

}  // namespace moduled::nn
