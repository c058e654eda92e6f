#include "nn/ops/index.h"

#include <algorithm>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/index_add.h"
#include "nn/ops/indexed/index_walk.h"
#include "nn/ops/kernels/word.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> IndexOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (in.empty()) return absl::InvalidArgumentError("index: an input is missing");
  RETURN_IF_ERROR(CheckIndices(kName, attrs.axis, in[0].shape, in.subspan(1)));
  return std::vector<TensorSpec>{{in[0].dtype, IndexedShape(attrs.axis, in[0].shape, in.subspan(1))}};
}

absl::StatusOr<std::unique_ptr<Kernel>> IndexOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const IndexWalk walk(attrs.axis, request.in[0].shape, request.in.subspan(1));
  return MakeSimpleKernel("loop", [walk, size = SizeOf(request.in[0].dtype)](const KernelArgs& args) {
    absl::Status status;
    kernels::WithSize(size, [&]<size_t kSize>() {
      const auto* x = static_cast<const kernels::Word<kSize>*>(args.in[0]);
      auto* y = static_cast<kernels::Word<kSize>*>(args.out[0]);
      status =
          walk.Run(args.in.subspan(1), [&](int64_t from, int64_t to) { std::copy_n(x + from, walk.block(), y + to); });
    });
    return status;
  });
}

absl::Status IndexOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.wants(0)) return absl::OkStatus();
  std::vector<Value> inputs = {scope.grad()};
  for (size_t i = 1; i < scope.in_count(); ++i) inputs.push_back(scope.in(i));
  const IndexAddOp::Attrs reverse = {.axis = attrs.axis, .shape = scope.spec(scope.in(0)).shape};
  return scope.Set(0, scope.Apply<IndexAddOp>(reverse, inputs));
}

}  // namespace moduled::nn
