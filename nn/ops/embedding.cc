#include "nn/ops/embedding.h"

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/embedding_backward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T, class Index>
std::unique_ptr<Kernel> MakeLookupKernel(const MaxNorm& limit, const Shape& table, int64_t n) {
  return MakeSimpleKernel("loop", [limit, rows = table[0], columns = table[1], n](const KernelArgs& args) {
    const auto* from = static_cast<const T*>(args.in[0]);
    const auto* indices = static_cast<const Index*>(args.in[1]);
    auto* y = static_cast<T*>(args.out[0]);
    for (int64_t i = 0; i < n; ++i, y += columns) {
      if (indices[i] < 0 || indices[i] >= rows) return absl::InvalidArgumentError("index out of range in self");
      const T* row = from + indices[i] * columns;
      const auto scale = static_cast<T>(RowScale(limit, row, columns));
      for (int64_t c = 0; c < columns; ++c) y[c] = row[c] * scale;
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> EmbeddingOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckTable(in[0]));
  RETURN_IF_ERROR(CheckDType("index_select", in[0].dtype, kComputedFloats));
  RETURN_IF_ERROR(CheckIndexType(kName, in[1]));
  TensorSpec out{in[0].dtype, in[1].shape};
  out.shape.push_back(in[0].shape[1]);
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> EmbeddingOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& table = request.in[0].shape;
  const int64_t n = request.in[1].numel();
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return request.in[1].dtype == DType::kInt64 ? MakeLookupKernel<T, int64_t>(attrs.limit, table, n)
                                                : MakeLookupKernel<T, int32_t>(attrs.limit, table, n);
  });
}

absl::Status EmbeddingOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.wants(0)) return absl::OkStatus();
  const int64_t rows = scope.spec(scope.in(0)).shape[0];
  return scope.Set(
      0, scope.Apply<EmbeddingBackwardOp>({.rows = rows, .options = attrs.gradient}, {scope.grad(), scope.in(1)}));
}

}  // namespace moduled::nn
