#include "nn/ops/sort.h"

#include <algorithm>
#include <numeric>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/axis_lines.h"
#include "nn/ops/scatter_add.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// A strict weak order also where there are NaNs: they are equal, and greater than the rest.
template <class T>
bool Less(T a, T b) {
  return a < b || (b != b && a == a);
}

template <class T>
std::unique_ptr<Kernel> MakeSortKernel(const kernels::AxisLines& lines, bool descending) {
  const size_t scratch = static_cast<size_t>(lines.n) * sizeof(int64_t);
  const auto run = [lines, descending](const KernelArgs& args) {
    auto* const order = static_cast<int64_t*>(args.scratch);
    lines.ForEach([&](int64_t first, int64_t) {
      const auto* x = static_cast<const T*>(args.in[0]) + first;
      auto* y = static_cast<T*>(args.out[0]) + first;
      auto* indices = static_cast<int64_t*>(args.out[1]) + first;
      std::iota(order, order + lines.n, int64_t{0});
      // The place breaks ties: std::stable_sort would allocate.
      std::sort(order, order + lines.n, [&](int64_t a, int64_t b) {
        const T xa = x[a * lines.inner], xb = x[b * lines.inner];
        if (descending ? Less(xb, xa) : Less(xa, xb)) return true;
        if (descending ? Less(xa, xb) : Less(xb, xa)) return false;
        return a < b;
      });
      for (int64_t k = 0; k < lines.n; ++k) {
        y[k * lines.inner] = x[order[k] * lines.inner];
        indices[k * lines.inner] = order[k];
      }
    });
    return absl::OkStatus();
  };
  return MakeSimpleKernel("sort", run, scratch);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> SortOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckAxis(attrs.axis, in[0].shape.rank()));
  RETURN_IF_ERROR(CheckDType("sorting_kernel_method_name", in[0].dtype, kComputedNumbersAndBool));
  return std::vector<TensorSpec>{in[0], {DType::kInt64, in[0].shape}};
}

absl::StatusOr<std::unique_ptr<Kernel>> SortOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const auto lines = kernels::AxisLines::Of(request.in[0].shape, attrs.axis);
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeSortKernel<T>(lines, attrs.descending); });
}

// Each gradient goes back to where its element came from.
absl::Status SortOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.has_grad(0)) return absl::OkStatus();
  return scope.Set(0, scope.Apply<ScatterAddOp>({.axis = attrs.axis, .shape = scope.spec(scope.in(0)).shape},
                                                {scope.out(1), scope.grad()}));
}

}  // namespace moduled::nn
