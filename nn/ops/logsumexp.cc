#include "nn/ops/logsumexp.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/exp.h"
#include "nn/ops/mul.h"
#include "nn/ops/reshape.h"
#include "nn/ops/sub.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T>
std::unique_ptr<Kernel> MakeLogsumexpKernel(const kernels::LoopNest& nest, int64_t out) {
  const auto run = [nest, out](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* const greatest = static_cast<double*>(args.scratch);
    auto* const sums = greatest + out;
    const auto for_each = [&](auto visit) {
      kernels::ForEachStep(nest, [&](int64_t from, int64_t to) { visit(static_cast<double>(x[from]), to); });
    };
    std::fill_n(greatest, out, -std::numeric_limits<double>::infinity());
    for_each([&](double element, int64_t to) { greatest[to] = std::fmax(greatest[to], element); });
    // The difference of infinities is no number: they are left as they are.
    std::replace_if(
        greatest, greatest + out, [](double limit) { return std::isinf(limit); }, 0.0);
    std::fill_n(sums, out, 0.0);
    for_each([&](double element, int64_t to) { sums[to] += std::exp(element - greatest[to]); });
    auto* y = static_cast<T*>(args.out[0]);
    for (int64_t i = 0; i < out; ++i) y[i] = static_cast<T>(greatest[i] + std::log(sums[i]));
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run, 2 * static_cast<size_t>(out) * sizeof(double));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> LogsumexpOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckDType("logsumexp_cpu", in[0].dtype, kComputedFloats));
  ASSIGN_OR_RETURN(Shape shape, ReducedShape(attrs, in[0].shape));
  return std::vector<TensorSpec>{{in[0].dtype, std::move(shape)}};
}

absl::StatusOr<std::unique_ptr<Kernel>> LogsumexpOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const kernels::LoopNest nest = ReductionNest(attrs, request.in[0].shape);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeLogsumexpKernel<T>(nest, request.out[0].numel()); });
}

// exp(x - y), which is the softmax.
absl::Status LogsumexpOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  const Shape kept = KeptShape(attrs, scope.spec(scope.in(0)).shape);
  ASSIGN_OR_RETURN(const Value gradient, scope.Apply<ReshapeOp>({.shape = kept}, {scope.grad()}));
  ASSIGN_OR_RETURN(const Value result, scope.Apply<ReshapeOp>({.shape = kept}, {scope.out()}));
  ASSIGN_OR_RETURN(const Value difference, scope.Apply<SubOp>({}, {scope.in(0), result}));
  ASSIGN_OR_RETURN(const Value softmax, scope.Apply<ExpOp>({}, {difference}));
  return scope.Set(0, scope.Apply<MulOp>({}, {softmax, gradient}));
}

}  // namespace moduled::nn
