#include "nn/ops/embedding_bag_backward.h"

#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/lookup/bags.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status WrongInputs(absl::string_view op) {
  return absl::InvalidArgumentError(absl::StrCat(op, ": the inputs are not those of an embedding_bag"));
}

// What each row's gradient is divided by. As in torch the divisor of the i-th row that occurs is the frequency of the
// i-th smallest index, repetitions counted: its numbers are the measure, and this is where they come from.
// `sorted` [n] and `counts` [rows] are scratch; `divisors` [rows] is the result.
void CountFrequencies(const int64_t* indices, int64_t n, int64_t rows, int64_t* sorted, int64_t* counts,
                      int64_t* divisors) {
  std::copy_n(indices, n, sorted);
  std::sort(sorted, sorted + n);
  std::fill_n(counts, rows, int64_t{0});
  for (int64_t i = 0; i < n; ++i) ++counts[indices[i]];
  int64_t distinct = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (i == 0 || sorted[i] != sorted[i - 1]) divisors[sorted[i]] = counts[sorted[distinct++]];
  }
}

// One run's tensors.
template <class T>
struct TableGradient {
  const BagOptions& options;
  int64_t columns;
  const int64_t* indices;
  const T* sample_weights;  // Null for none.
  const int64_t* divisors;  // Null for none.
  T* table;

  bool IsPadding(int64_t position) const { return indices[position] == options.gradient.padding_idx; }

  void AddBag(const T* grad, int64_t begin, int64_t end) const {
    int64_t count = 0;
    for (int64_t i = begin; i < end; ++i) count += IsPadding(i) ? 0 : 1;
    for (int64_t i = begin; i < end; ++i) {
      if (IsPadding(i)) continue;
      T scale = sample_weights == nullptr ? T{1} : sample_weights[i];
      if (divisors != nullptr) scale /= static_cast<T>(divisors[indices[i]]);
      if (options.mode == BagMode::kMean) scale /= static_cast<T>(count);
      T* row = table + indices[i] * columns;
      for (int64_t c = 0; c < columns; ++c) row[c] += scale * grad[c];
    }
  }

  void AddGreatest(const T* grad, const int64_t* where) const {
    for (int64_t c = 0; c < columns; ++c) {
      if (where[c] >= 0) table[indices[where[c]] * columns + c] += grad[c];
    }
  }
};

template <class T>
std::unique_ptr<Kernel> MakeTableGradientKernel(const EmbeddingBagTableGradientOp::Attrs& attrs, const Bags& bags,
                                                int64_t columns) {
  const bool by_frequency = attrs.bag.gradient.scale_grad_by_freq;
  const auto run = [=](const KernelArgs& args) {
    const auto* grad = static_cast<const T*>(args.in[0]);
    const auto* indices = static_cast<const int64_t*>(args.in[1]);
    const auto* offsets = static_cast<const int64_t*>(args.in[2]);
    RETURN_IF_ERROR(bags.Check(indices, offsets, attrs.rows));
    auto* divisors = static_cast<int64_t*>(args.scratch);
    if (by_frequency) {
      CountFrequencies(indices, bags.n(), attrs.rows, divisors + 2 * attrs.rows, divisors + attrs.rows, divisors);
    }
    auto* table = static_cast<T*>(args.out[0]);
    std::fill_n(table, attrs.rows * columns, T{0});
    const TableGradient<T> gradient{attrs.bag,
                                    columns,
                                    indices,
                                    attrs.bag.weighted ? static_cast<const T*>(args.in[3]) : nullptr,
                                    by_frequency ? divisors : nullptr,
                                    table};
    bags.ForEach(offsets, [&](int64_t bag, int64_t begin, int64_t end) {
      if (attrs.bag.mode == BagMode::kMax) {
        gradient.AddGreatest(grad + bag * columns, static_cast<const int64_t*>(args.in[3]) + bag * columns);
      } else {
        gradient.AddBag(grad + bag * columns, begin, end);
      }
    });
    return absl::OkStatus();
  };
  const auto scratch = by_frequency ? static_cast<size_t>(2 * attrs.rows + bags.n()) * sizeof(int64_t) : 0;
  return MakeSimpleKernel("loop", run, scratch);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> EmbeddingBagTableGradientOp::Infer(const Attrs& attrs,
                                                                           absl::Span<const TensorSpec> in) {
  const bool greatest = attrs.bag.mode == BagMode::kMax;
  RETURN_IF_ERROR(CheckInputCount(kName, in, attrs.bag.weighted || greatest ? 4 : 3));
  RETURN_IF_ERROR(CheckDType(kName, in[0].dtype, kComputedFloats));
  RETURN_IF_ERROR(CheckBagSpecs(in[1], in[2], attrs.bag.include_last_offset));
  const Bags bags(in[1].numel(), in[2].numel(), attrs.bag.include_last_offset);
  if (in[0].shape.rank() != 2 || in[0].shape[0] != bags.count()) return WrongInputs(kName);
  if (attrs.bag.weighted && !(in[3] == TensorSpec{in[0].dtype, in[1].shape})) return WrongInputs(kName);
  if (greatest && !(in[3] == TensorSpec{DType::kInt64, in[0].shape})) return WrongInputs(kName);
  TensorSpec out{in[0].dtype, {attrs.rows, in[0].shape[1]}};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> EmbeddingBagTableGradientOp::MakeKernel(const Attrs& attrs,
                                                                                const KernelRequest& request) {
  const Bags bags(request.in[1].numel(), request.in[2].numel(), attrs.bag.include_last_offset);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeTableGradientKernel<T>(attrs, bags, request.out[0].shape[1]); });
}

absl::StatusOr<std::vector<TensorSpec>> EmbeddingBagSampleGradientOp::Infer(const Attrs& attrs,
                                                                            absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 4));
  RETURN_IF_ERROR(CheckDType(kName, in[0].dtype, kComputedFloats));
  RETURN_IF_ERROR(CheckTable(in[1]));
  RETURN_IF_ERROR(CheckBagSpecs(in[2], in[3], attrs.include_last_offset));
  const Bags bags(in[2].numel(), in[3].numel(), attrs.include_last_offset);
  if (!(in[0] == TensorSpec{in[1].dtype, {bags.count(), in[1].shape[1]}})) return WrongInputs(kName);
  return std::vector<TensorSpec>{{in[0].dtype, in[2].shape}};
}

absl::StatusOr<std::unique_ptr<Kernel>> EmbeddingBagSampleGradientOp::MakeKernel(const Attrs& attrs,
                                                                                 const KernelRequest& request) {
  const Bags bags(request.in[2].numel(), request.in[3].numel(), attrs.include_last_offset);
  const Shape table = request.in[1].shape;
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [attrs, bags, table](const KernelArgs& args) {
      const auto* grad = static_cast<const T*>(args.in[0]);
      const auto* rows = static_cast<const T*>(args.in[1]);
      const auto* indices = static_cast<const int64_t*>(args.in[2]);
      const auto* offsets = static_cast<const int64_t*>(args.in[3]);
      auto* out = static_cast<T*>(args.out[0]);
      RETURN_IF_ERROR(bags.Check(indices, offsets, table[0]));
      std::fill_n(out, bags.n(), T{0});
      bags.ForEach(offsets, [&](int64_t bag, int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          if (indices[i] == attrs.gradient.padding_idx) continue;
          const T* row = rows + indices[i] * table[1];
          double product = 0;
          for (int64_t c = 0; c < table[1]; ++c) product += static_cast<double>(row[c]) * grad[bag * table[1] + c];
          out[i] = static_cast<T>(product * RowScale(attrs.limit, row, table[1]));
        }
      });
      return absl::OkStatus();
    });
  });
}

}  // namespace moduled::nn
