#include "nn/ops/prod_others.h"

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/axis_lines.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ProdOthersOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckAxis(attrs.axis, in[0].shape.rank()));
  RETURN_IF_ERROR(CheckDType("prod_cpu", in[0].dtype, kComputedFloats));
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> ProdOthersOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const auto lines = kernels::AxisLines::Of(request.in[0].shape, attrs.axis);
  const size_t scratch = static_cast<size_t>(lines.n) * sizeof(double);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    const auto run = [lines](const KernelArgs& args) {
      auto* const before = static_cast<double*>(args.scratch);  // The product of all elements before this one.
      lines.ForEach([&](int64_t first, int64_t) {
        const auto* x = static_cast<const T*>(args.in[0]) + first;
        auto* y = static_cast<T*>(args.out[0]) + first;
        double product = 1;
        for (int64_t k = 0; k < lines.n; ++k) {
          before[k] = product;
          product *= x[k * lines.inner];
        }
        double after = 1;
        for (int64_t k = lines.n; k-- > 0;) {
          y[k * lines.inner] = static_cast<T>(before[k] * after);
          after *= x[k * lines.inner];
        }
      });
      return absl::OkStatus();
    };
    return MakeSimpleKernel("two-pass", run, scratch);
  });
}

}  // namespace moduled::nn
