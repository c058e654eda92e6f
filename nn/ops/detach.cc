#include "nn/ops/detach.h"

#include <cstring>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> DetachOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  return std::vector<TensorSpec>{in[0]};
}

// For those who do not know of views: a plan does, and never asks.
absl::StatusOr<std::unique_ptr<Kernel>> DetachOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeSimpleKernel("copy", [bytes = request.in[0].byte_size()](const KernelArgs& args) {
    std::memcpy(args.out[0], args.in[0], bytes);
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn
