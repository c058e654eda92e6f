#include "nn/ops/embedding_backward.h"

#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct Extents {
  int64_t rows, columns, n;
};

template <class T, class Index>
std::unique_ptr<Kernel> MakeAddKernel(const RowGradientOptions& options, const Extents& extents) {
  const auto run = [options, extents](const KernelArgs& args) {
    const auto* grad = static_cast<const T*>(args.in[0]);
    const auto* indices = static_cast<const Index*>(args.in[1]);
    auto* table = static_cast<T*>(args.out[0]);
    auto* counts = static_cast<int64_t*>(args.scratch);
    const auto outside = [&](Index index) { return index < 0 || index >= extents.rows; };
    if (std::any_of(indices, indices + extents.n, outside)) {
      return absl::InvalidArgumentError("index out of range in self");
    }
    std::fill_n(table, extents.rows * extents.columns, T{0});
    if (options.scale_grad_by_freq) {
      std::fill_n(counts, extents.rows, int64_t{0});
      for (int64_t i = 0; i < extents.n; ++i) ++counts[indices[i]];
    }
    for (int64_t i = 0; i < extents.n; ++i, grad += extents.columns) {
      if (indices[i] == options.padding_idx) continue;
      const T scale = options.scale_grad_by_freq ? T{1} / static_cast<T>(counts[indices[i]]) : T{1};
      T* row = table + indices[i] * extents.columns;
      for (int64_t c = 0; c < extents.columns; ++c) row[c] += scale * grad[c];
    }
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run,
                          options.scale_grad_by_freq ? static_cast<size_t>(extents.rows) * sizeof(int64_t) : 0);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> EmbeddingBackwardOp::Infer(const Attrs& attrs,
                                                                   absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckDType(kName, in[0].dtype, kComputedFloats));
  RETURN_IF_ERROR(CheckIndexType(kName, in[1]));
  if (in[0].shape.empty() || !(Shape(in[0].shape.extents().first(in[0].shape.rank() - 1)) == in[1].shape)) {
    return absl::InvalidArgumentError("embedding_backward: the gradient is not of the indices");
  }
  TensorSpec out{in[0].dtype, {attrs.rows, in[0].shape.At(-1)}};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> EmbeddingBackwardOp::MakeKernel(const Attrs& attrs,
                                                                        const KernelRequest& request) {
  const Extents extents{attrs.rows, request.out[0].shape[1], request.in[1].numel()};
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return request.in[1].dtype == DType::kInt64 ? MakeAddKernel<T, int64_t>(attrs.options, extents)
                                                : MakeAddKernel<T, int32_t>(attrs.options, extents);
  });
}

}  // namespace moduled::nn
