#include "nn/ops/binary_cross_entropy.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/clamp.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/div.h"
#include "nn/ops/log.h"
#include "nn/ops/mul.h"
#include "nn/ops/sub.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// (x - t) / max((1 - x) x, 1e-12), as torch bounds it.
absl::StatusOr<Value> InputSlope(GradientScope& scope, Value one) {
  ASSIGN_OR_RETURN(const Value rest, scope.Apply<SubOp>({}, {one, scope.in(0)}));
  ASSIGN_OR_RETURN(const Value product, scope.Apply<MulOp>({}, {rest, scope.in(0)}));
  ASSIGN_OR_RETURN(const Value bounded, scope.Apply<ClampOp>({.min = 1e-12}, {product}));
  ASSIGN_OR_RETURN(const Value difference, scope.Apply<SubOp>({}, {scope.in(0), scope.in(1)}));
  return scope.Apply<DivOp>({}, {difference, bounded});
}

// log(1 - x) - log(x)
absl::StatusOr<Value> TargetSlope(GradientScope& scope, Value one) {
  ASSIGN_OR_RETURN(const Value rest, scope.Apply<SubOp>({}, {one, scope.in(0)}));
  ASSIGN_OR_RETURN(const Value log_rest, scope.Apply<LogOp>({}, {rest}));
  ASSIGN_OR_RETURN(const Value log, scope.Apply<LogOp>({}, {scope.in(0)}));
  return scope.Apply<SubOp>({}, {log_rest, log});
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> BinaryCrossEntropyOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckDType("binary_cross_entropy", in[0].dtype, kComputedFloats));
  if (in[1].dtype != in[0].dtype) {
    return absl::InvalidArgumentError(
        absl::StrCat("Found dtype ", ScalarName(in[1].dtype), " but expected ", ScalarName(in[0].dtype)));
  }
  if (!(in[0].shape == in[1].shape)) {
    return absl::InvalidArgumentError(absl::StrCat("binary_cross_entropy: the shapes of input and target differ (got ",
                                                   in[0].shape.ToString(), " and ", in[1].shape.ToString(), ")"));
  }
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> BinaryCrossEntropyOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [n = request.in[0].numel()](const KernelArgs& args) -> absl::Status {
      const auto* x = static_cast<const T*>(args.in[0]);
      const auto* t = static_cast<const T*>(args.in[1]);
      auto* y = static_cast<T*>(args.out[0]);
      for (int64_t i = 0; i < n; ++i) {
        if (!(x[i] >= 0 && x[i] <= 1)) {
          return absl::InvalidArgumentError("all elements of input should be between 0 and 1");
        }
        y[i] = (t[i] - 1) * std::max(std::log1p(-x[i]), T{-100}) - t[i] * std::max(std::log(x[i]), T{-100});
      }
      return absl::OkStatus();
    });
  });
}

absl::Status BinaryCrossEntropyOp::Gradient(const Attrs&, GradientScope& scope) {
  ASSIGN_OR_RETURN(const Value one, scope.Scalar(1, scope.spec(scope.grad()).dtype));
  if (scope.wants(0)) {
    ASSIGN_OR_RETURN(const Value slope, InputSlope(scope, one));
    RETURN_IF_ERROR(scope.Set(0, scope.Apply<MulOp>({}, {scope.grad(), slope})));
  }
  if (scope.wants(1)) {
    ASSIGN_OR_RETURN(const Value slope, TargetSlope(scope, one));
    RETURN_IF_ERROR(scope.Set(1, scope.Apply<MulOp>({}, {scope.grad(), slope})));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
