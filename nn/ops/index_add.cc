#include "nn/ops/index_add.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/indexed/index_walk.h"
#include "nn/ops/kernels/arithmetic.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> IndexAddOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (in.empty()) return absl::InvalidArgumentError("index_add: an input is missing");
  RETURN_IF_ERROR(CheckDType("index_add_cpu_", in[0].dtype, {DType::kFloat32, DType::kFloat64, DType::kInt64}));
  TensorSpec out{in[0].dtype, attrs.shape};
  RETURN_IF_ERROR(out.Check());
  RETURN_IF_ERROR(CheckIndices(kName, attrs.axis, attrs.shape, in.subspan(1)));
  const Shape want = IndexedShape(attrs.axis, attrs.shape, in.subspan(1));
  if (!(in[0].shape == want)) {
    return absl::InvalidArgumentError(absl::StrCat("index_add: wrong shape of the source (got ", in[0].shape.ToString(),
                                                   ", want ", want.ToString(), ")"));
  }
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> IndexAddOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const IndexWalk walk(attrs.axis, attrs.shape, request.in.subspan(1));
  return MakeKernelFor(Types<float, double, int64_t>(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [walk, n = request.out[0].numel()](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[0]);
      auto* y = static_cast<T*>(args.out[0]);
      std::fill_n(y, n, T{0});
      return walk.Run(args.in.subspan(1), [&](int64_t to, int64_t from) {
        std::transform(x + from, x + from + walk.block(), y + to, y + to, kernels::Add());
      });
    });
  });
}

}  // namespace moduled::nn
