#include "nn/ops/multi_label_margin_loss.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckSpecs(absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(MultiLabelMarginLossOp::kName, in, 2));
  RETURN_IF_ERROR(CheckDType("multilabel_margin_loss_forward_out_frame", in[0].dtype, kComputedFloats));
  if (in[1].dtype != DType::kInt64) {
    return absl::InvalidArgumentError(absl::StrCat("expected scalar type Long but found ", ScalarName(in[1].dtype)));
  }
  if (in[0].shape.rank() == 2 && in[1].shape == in[0].shape) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("inconsistent size ", in[1].shape.ToString(), " for argument #2 'target'"));
}

absl::Status CheckTargets(const int64_t* targets, const Shape& shape) {
  const auto outside = [&](int64_t target) { return target < -1 || target >= shape[1]; };
  if (std::none_of(targets, targets + shape.numel(), outside)) return absl::OkStatus();
  return absl::InvalidArgumentError("argument #2 'target' is out of range");
}

// Calls visit(label, class, hinge) for each pair of a sample whose hinge is positive. `is_label`: a flag for each
// class.
template <class T, class Visit>
void ForEachHinge(const T* x, const int64_t* targets, int64_t classes, bool* is_label, Visit visit) {
  const int64_t* const end = std::find(targets, targets + classes, -1);
  std::fill_n(is_label, classes, false);
  for (const int64_t* label = targets; label != end; ++label) is_label[*label] = true;
  for (const int64_t* label = targets; label != end; ++label) {
    for (int64_t j = 0; j < classes; ++j) {
      const double hinge = 1.0 - x[*label] + x[j];
      if (!is_label[j] && hinge > 0) visit(*label, j, hinge);
    }
  }
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> MultiLabelMarginLossOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckSpecs(in));
  return std::vector<TensorSpec>{{in[0].dtype, {in[0].shape[0]}}};
}

absl::StatusOr<std::unique_ptr<Kernel>> MultiLabelMarginLossOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    const auto run = [shape = request.in[0].shape](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[0]);
      const auto* targets = static_cast<const int64_t*>(args.in[1]);
      auto* y = static_cast<T*>(args.out[0]);
      RETURN_IF_ERROR(CheckTargets(targets, shape));
      for (int64_t sample = 0; sample < shape[0]; ++sample, x += shape[1], targets += shape[1]) {
        double sum = 0;
        ForEachHinge(x, targets, shape[1], static_cast<bool*>(args.scratch),
                     [&](int64_t, int64_t, double hinge) { sum += hinge; });
        y[sample] = static_cast<T>(sum / static_cast<double>(shape[1]));
      }
      return absl::OkStatus();
    };
    return MakeSimpleKernel("loop", run, static_cast<size_t>(request.in[0].shape[1]));
  });
}

absl::Status MultiLabelMarginLossOp::Gradient(const Attrs&, GradientScope& scope) {
  if (!scope.wants(0)) return absl::OkStatus();
  return scope.Set(0, scope.Apply<MultiLabelMarginLossBackwardOp>({}, {scope.grad(), scope.in(0), scope.in(1)}));
}

absl::StatusOr<std::vector<TensorSpec>> MultiLabelMarginLossBackwardOp::Infer(const Attrs&,
                                                                              absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 3));
  RETURN_IF_ERROR(CheckSpecs(in.subspan(1)));
  if (!(in[0] == TensorSpec{in[1].dtype, {in[1].shape[0]}})) {
    return absl::InvalidArgumentError("multi_label_margin_loss_backward: the gradient is not the loss's");
  }
  return std::vector<TensorSpec>{in[1]};
}

absl::StatusOr<std::unique_ptr<Kernel>> MultiLabelMarginLossBackwardOp::MakeKernel(const Attrs&,
                                                                                   const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    const auto run = [shape = request.in[1].shape](const KernelArgs& args) {
      const auto* grad = static_cast<const T*>(args.in[0]);
      const auto* x = static_cast<const T*>(args.in[1]);
      const auto* targets = static_cast<const int64_t*>(args.in[2]);
      auto* grad_x = static_cast<T*>(args.out[0]);
      RETURN_IF_ERROR(CheckTargets(targets, shape));
      std::fill_n(grad_x, shape.numel(), T{0});
      for (int64_t sample = 0; sample < shape[0]; ++sample) {
        const int64_t row = sample * shape[1];
        const T slope = grad[sample] / static_cast<T>(shape[1]);
        ForEachHinge(x + row, targets + row, shape[1], static_cast<bool*>(args.scratch),
                     [&](int64_t label, int64_t other, double) {
                       grad_x[row + label] -= slope;
                       grad_x[row + other] += slope;
                     });
      }
      return absl::OkStatus();
    };
    return MakeSimpleKernel("loop", run, static_cast<size_t>(request.in[1].shape[1]));
  });
}

}  // namespace moduled::nn
