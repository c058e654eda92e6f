#include "nn/ops/embedding_bag.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/embedding_bag_backward.h"
#include "nn/ops/lookup/bags.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// One run's tensors.
template <class T>
struct BagRun {
  const BagOptions& options;
  int64_t columns;
  const T* table;
  const int64_t* indices;
  const T* sample_weights;  // Null for none.

  const T* Row(int64_t position) const { return table + indices[position] * columns; }
  bool IsPadding(int64_t position) const { return indices[position] == options.gradient.padding_idx; }

  // The sum, or the mean over what is not padding.
  void AddUp(int64_t begin, int64_t end, T* y) const {
    std::fill_n(y, columns, T{0});
    int64_t count = 0;
    for (int64_t i = begin; i < end; ++i) {
      if (IsPadding(i)) continue;
      ++count;
      const T weight = sample_weights == nullptr ? T{1} : sample_weights[i];
      const T scale = weight * static_cast<T>(RowScale(options.limit, Row(i), columns));
      for (int64_t c = 0; c < columns; ++c) y[c] += scale * Row(i)[c];
    }
    if (options.mode != BagMode::kMean || count == 0) return;
    for (int64_t c = 0; c < columns; ++c) y[c] /= static_cast<T>(count);
  }

  // The maximum, and the first position that it is at.
  void TakeGreatest(int64_t begin, int64_t end, T* y, int64_t* where) const {
    std::fill_n(y, columns, T{0});
    std::fill_n(where, columns, int64_t{-1});
    for (int64_t i = begin; i < end; ++i) {
      if (IsPadding(i)) continue;
      const auto scale = static_cast<T>(RowScale(options.limit, Row(i), columns));
      for (int64_t c = 0; c < columns; ++c) {
        const T element = scale * Row(i)[c];
        if (where[c] >= 0 && !(element > y[c])) continue;
        y[c] = element;
        where[c] = i;
      }
    }
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> EmbeddingBagOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, attrs.weighted ? 4 : 3));
  RETURN_IF_ERROR(CheckTable(in[0]));
  RETURN_IF_ERROR(CheckDType("embedding_bag", in[0].dtype, kComputedFloats));
  RETURN_IF_ERROR(CheckBagSpecs(in[1], in[2], attrs.include_last_offset));
  if (attrs.weighted && in[3].dtype != in[0].dtype) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 "
                     "'per_sample_weights'; but type torch.",
                     ScalarName(in[0].dtype), "Tensor does not equal torch.", ScalarName(in[3].dtype),
                     "Tensor (while checking arguments for embedding_bag)"));
  }
  if (attrs.weighted && !(in[3].shape == in[1].shape)) {
    return absl::InvalidArgumentError("embedding_bag: as many weights as indices are wanted");
  }
  const Bags bags(in[1].numel(), in[2].numel(), attrs.include_last_offset);
  const Shape shape{bags.count(), in[0].shape[1]};
  std::vector<TensorSpec> out = {{in[0].dtype, shape}};
  if (attrs.mode == BagMode::kMax) out.push_back({DType::kInt64, shape});
  for (const TensorSpec& spec : out) RETURN_IF_ERROR(spec.Check());
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> EmbeddingBagOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape table = request.in[0].shape;
  const Bags bags(request.in[1].numel(), request.in[2].numel(), attrs.include_last_offset);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [attrs, table, bags](const KernelArgs& args) {
      const auto* indices = static_cast<const int64_t*>(args.in[1]);
      const auto* offsets = static_cast<const int64_t*>(args.in[2]);
      RETURN_IF_ERROR(bags.Check(indices, offsets, table[0]));
      const BagRun<T> run{attrs, table[1], static_cast<const T*>(args.in[0]), indices,
                          attrs.weighted ? static_cast<const T*>(args.in[3]) : nullptr};
      auto* y = static_cast<T*>(args.out[0]);
      bags.ForEach(offsets, [&](int64_t bag, int64_t begin, int64_t end) {
        T* row = y + bag * table[1];
        if (attrs.mode == BagMode::kMax) {
          run.TakeGreatest(begin, end, row, static_cast<int64_t*>(args.out[1]) + bag * table[1]);
        } else {
          run.AddUp(begin, end, row);
        }
      });
      return absl::OkStatus();
    });
  });
}

absl::Status EmbeddingBagOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.has_grad(0)) return absl::OkStatus();
  if (scope.wants(0)) {
    std::vector<Value> in = {scope.grad(0), scope.in(1), scope.in(2)};
    if (attrs.weighted) in.push_back(scope.in(3));
    if (attrs.mode == BagMode::kMax) in.push_back(scope.out(1));
    const int64_t rows = scope.spec(scope.in(0)).shape[0];
    RETURN_IF_ERROR(scope.Set(0, scope.Apply<EmbeddingBagTableGradientOp>({.rows = rows, .bag = attrs}, in)));
  }
  if (!attrs.weighted || !scope.wants(3)) return absl::OkStatus();
  return scope.Set(
      3, scope.Apply<EmbeddingBagSampleGradientOp>(attrs, {scope.grad(0), scope.in(0), scope.in(1), scope.in(2)}));
}

}  // namespace moduled::nn
