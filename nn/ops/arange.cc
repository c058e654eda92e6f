#include "nn/ops/arange.h"

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/convert_scalar.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ArangeOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 0));
  RETURN_IF_ERROR(CheckDType("arange_cpu", attrs.dtype, kComputedNumbers));
  TensorSpec out{attrs.dtype, {attrs.n}};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> ArangeOp::MakeKernel(const Attrs& attrs, const KernelRequest&) {
  return MakeKernelFor(NumberTypes(), kName, attrs.dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [attrs](const KernelArgs& args) {
      auto* y = static_cast<T*>(args.out[0]);
      for (int64_t i = 0; i < attrs.n; ++i) {
        y[i] = kernels::ConvertScalar<T>(attrs.start + static_cast<double>(i) * attrs.step);
      }
      return absl::OkStatus();
    });
  });
}

}  // namespace moduled::nn
