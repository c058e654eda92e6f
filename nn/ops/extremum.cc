#include "nn/ops/extremum.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/cast.h"
#include "nn/ops/checks.h"
#include "nn/ops/compare.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/div.h"
#include "nn/ops/kernels/axis_lines.h"
#include "nn/ops/mul.h"
#include "nn/ops/reduction/axes.h"
#include "nn/ops/reshape.h"
#include "nn/ops/scatter_add.h"
#include "nn/ops/sum.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Requires lines that are not empty, unless there are none.
template <class T>
std::unique_ptr<Kernel> MakeExtremumKernel(const kernels::AxisLines& lines, bool smallest) {
  return MakeSimpleKernel("loop", [lines, smallest](const KernelArgs& args) {
    auto* y = static_cast<T*>(args.out[0]);
    auto* indices = static_cast<int64_t*>(args.out[1]);
    lines.ForEach([&](int64_t first, int64_t line) {
      const auto* x = static_cast<const T*>(args.in[0]) + first;
      T best = x[0];
      int64_t found = 0;
      for (int64_t k = 1; k < lines.n && best == best; ++k) {  // Nothing is beyond a NaN.
        const T candidate = x[k * lines.inner];
        const bool beyond = smallest ? candidate < best : candidate > best;
        if (beyond || candidate != candidate) {
          best = candidate;
          found = k;
        }
      }
      y[line] = best;
      indices[line] = found;
    });
    return absl::OkStatus();
  });
}

// `gradient` keeps the axis, with an extent of 1.
absl::Status ShareGradient(const ExtremumOp::Attrs& attrs, GradientScope& scope, Value gradient) {
  const TensorSpec& kept = scope.spec(gradient);
  ASSIGN_OR_RETURN(const Value chosen, scope.Apply<ReshapeOp>({.shape = kept.shape}, {scope.out(0)}));
  ASSIGN_OR_RETURN(const Value equal,
                   scope.Apply<CompareOp>({.comparison = Comparison::kEqual}, {scope.in(0), chosen}));
  ASSIGN_OR_RETURN(const Value ones, scope.Apply<CastOp>({.dtype = kept.dtype}, {equal}));
  ReducedAxes along = {.axes = {attrs.axis}, .keepdim = true};
  if (kept.shape.empty()) along.axes.clear();
  ASSIGN_OR_RETURN(const Value count, scope.Apply<SumOp>(along, {ones}));
  ASSIGN_OR_RETURN(const Value part, scope.Apply<DivOp>({}, {gradient, count}));
  return scope.Set(0, scope.Apply<MulOp>({}, {ones, part}));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> ExtremumOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  const char* const function = attrs.smallest ? "min" : "max";
  RETURN_IF_ERROR(CheckDType(function, in[0].dtype, kComputedNumbersAndBool));
  ASSIGN_OR_RETURN(const Shape shape, ReducedShape({.axes = {attrs.axis}}, in[0].shape));
  if (!in[0].shape.empty() && in[0].shape[attrs.axis] == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(function, "(): Expected reduction dim ", attrs.axis, " to have non-zero size."));
  }
  return std::vector<TensorSpec>{{in[0].dtype, shape}, {DType::kInt64, shape}};
}

absl::StatusOr<std::unique_ptr<Kernel>> ExtremumOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const auto lines = kernels::AxisLines::Of(request.in[0].shape, attrs.axis);
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeExtremumKernel<T>(lines, attrs.smallest); });
}

absl::Status ExtremumOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.has_grad(0)) return absl::OkStatus();
  const Shape shape = scope.spec(scope.in(0)).shape;
  const Shape kept = KeptShape({.axes = {attrs.axis}}, shape);
  ASSIGN_OR_RETURN(const Value gradient, scope.Apply<ReshapeOp>({.shape = kept}, {scope.grad()}));
  if (attrs.shared) return ShareGradient(attrs, scope, gradient);
  ASSIGN_OR_RETURN(const Value indices, scope.Apply<ReshapeOp>({.shape = kept}, {scope.out(1)}));
  return scope.Set(0, scope.Apply<ScatterAddOp>({.axis = attrs.axis, .shape = shape}, {indices, gradient}));
}

}  // namespace moduled::nn
