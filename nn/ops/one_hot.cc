#include "nn/ops/one_hot.h"

#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> OneHotOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  if (in[0].dtype != DType::kInt64) {
    return absl::InvalidArgumentError("one_hot is only applicable to index tensor.");
  }
  if (in[0].numel() == 0 && attrs.classes <= 0) {
    return absl::InvalidArgumentError("Can not infer total number of classes from empty tensor.");
  }
  TensorSpec out = in[0];
  out.shape.push_back(attrs.classes);
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> OneHotOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  return MakeSimpleKernel("loop", [classes = attrs.classes, n = request.in[0].numel()](const KernelArgs& args) {
    const auto* x = static_cast<const int64_t*>(args.in[0]);
    auto* y = static_cast<int64_t*>(args.out[0]);
    std::fill_n(y, n * classes, int64_t{0});
    for (int64_t i = 0; i < n; ++i, y += classes) {
      if (x[i] < 0) return absl::InvalidArgumentError("Class values must be non-negative.");
      if (x[i] >= classes) return absl::InvalidArgumentError("Class values must be smaller than num_classes.");
      y[x[i]] = 1;
    }
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn
