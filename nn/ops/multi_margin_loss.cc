#include "nn/ops/multi_margin_loss.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckSpecs(const MultiMarginOptions& options, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(MultiMarginLossOp::kName, in, options.weighted ? 3 : 2));
  RETURN_IF_ERROR(CheckDType("multi_margin_loss_forward", in[0].dtype, kComputedFloats));
  if (in[1].dtype != DType::kInt64) {
    return absl::InvalidArgumentError(absl::StrCat("expected scalar type Long but found ", ScalarName(in[1].dtype)));
  }
  const Shape& x = in[0].shape;
  if (x.rank() != 2) {
    return absl::InvalidArgumentError(absl::StrCat("multi_margin_loss: want 2 axes, got ", x.ToString()));
  }
  if (!(in[1].shape == Shape{x[0]})) {
    return absl::InvalidArgumentError(absl::StrCat("inconsistent target size, got: ", in[1].shape.ToString()));
  }
  if (!options.weighted) return absl::OkStatus();
  if (in[2].shape == Shape{x[1]} && in[2].dtype == in[0].dtype) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("inconsistent weight size, got: ", in[2].shape.ToString()));
}

// Calls visit(sample, target, weight by classes) for each sample, unless its target is no class.
template <class T, class Visit>
absl::Status ForEachSample(const MultiMarginOptions& options, const Shape& x, const void* const* in, Visit visit) {
  const auto* target = static_cast<const int64_t*>(in[1]);
  const auto* weights = options.weighted ? static_cast<const T*>(in[2]) : nullptr;
  for (int64_t sample = 0; sample < x[0]; ++sample) {
    const int64_t wanted = target[sample];
    if (wanted < 0 || wanted >= x[1]) return absl::InvalidArgumentError("target out of range");
    const T weight = weights == nullptr ? T{1} : weights[wanted];
    visit(sample, wanted, weight / static_cast<T>(x[1]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> MultiMarginLossOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckSpecs(attrs, in));
  return std::vector<TensorSpec>{{in[0].dtype, in[1].shape}};
}

absl::StatusOr<std::unique_ptr<Kernel>> MultiMarginLossOp::MakeKernel(const Attrs& attrs,
                                                                      const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [attrs, shape = request.in[0].shape](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[0]);
      auto* y = static_cast<T*>(args.out[0]);
      return ForEachSample<T>(attrs, shape, args.in.data(), [&](int64_t sample, int64_t wanted, T weight) {
        const T* scores = x + sample * shape[1];
        double sum = 0;
        for (int64_t j = 0; j < shape[1]; ++j) {
          const double z = attrs.margin - scores[wanted] + scores[j];
          if (j != wanted && z > 0) sum += attrs.p == 1 ? z : z * z;
        }
        y[sample] = static_cast<T>(sum * weight);
      });
    });
  });
}

absl::Status MultiMarginLossOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.wants(0)) return absl::OkStatus();
  std::vector<Value> in = {scope.grad()};
  for (size_t i = 0; i < scope.in_count(); ++i) in.push_back(scope.in(i));
  return scope.Set(0, scope.Apply<MultiMarginLossBackwardOp>(attrs, in));
}

absl::StatusOr<std::vector<TensorSpec>> MultiMarginLossBackwardOp::Infer(const Attrs& attrs,
                                                                         absl::Span<const TensorSpec> in) {
  if (in.empty()) return CheckInputCount(kName, in, 3);
  RETURN_IF_ERROR(CheckSpecs(attrs, in.subspan(1)));
  if (!(in[0] == TensorSpec{in[1].dtype, in[2].shape})) {
    return absl::InvalidArgumentError("multi_margin_loss_backward: the gradient is not the loss's");
  }
  return std::vector<TensorSpec>{in[1]};
}

absl::StatusOr<std::unique_ptr<Kernel>> MultiMarginLossBackwardOp::MakeKernel(const Attrs& attrs,
                                                                              const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[1].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [attrs, shape = request.in[1].shape](const KernelArgs& args) {
      const auto* grad = static_cast<const T*>(args.in[0]);
      const auto* x = static_cast<const T*>(args.in[1]);
      auto* grad_x = static_cast<T*>(args.out[0]);
      return ForEachSample<T>(attrs, shape, args.in.data() + 1, [&](int64_t sample, int64_t wanted, T weight) {
        const T* scores = x + sample * shape[1];
        T* out = grad_x + sample * shape[1];
        double total = 0;
        for (int64_t j = 0; j < shape[1]; ++j) {
          const double z = attrs.margin - scores[wanted] + scores[j];
          const bool counts = j != wanted && z > 0;
          const double slope = counts ? weight * grad[sample] * (attrs.p == 1 ? 1 : 2 * z) : 0;
          out[j] = static_cast<T>(slope);
          total += slope;
        }
        out[wanted] = static_cast<T>(-total);
      });
    });
  });
}

}  // namespace moduled::nn
