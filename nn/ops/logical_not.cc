#include "nn/ops/logical_not.h"

#include "nn/ops/elementwise/unary.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> LogicalNotOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  ASSIGN_OR_RETURN(std::vector<TensorSpec> out, InferUnary(kName, "logical_not_cpu", kComputedNumbersAndBool, in));
  out[0].dtype = DType::kBool;
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> LogicalNotOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [n = request.in[0].numel()](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[0]);
      auto* y = static_cast<bool*>(args.out[0]);
      for (int64_t i = 0; i < n; ++i) y[i] = x[i] == T{0};
      return absl::OkStatus();
    });
  });
}

}  // namespace moduled::nn
