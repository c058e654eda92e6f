#include "nn/ops/kernels/softmax.h"

#include <algorithm>
#include <cmath>

#include "nn/ops/kernels/math.h"
#include "nn/ops/kernels/reduce.h"

// Subtracting the greatest element first keeps exp from overflowing and changes nothing else. A NaN, an infinity or a
// row of negative infinities makes the sum a NaN, and so the whole row, as in torch.
namespace moduled::nn::kernels {
namespace {

MODULED_INLINE double SumOfExps(const double* x, int64_t n, double greatest) {
  return SumOf(x, n, [greatest](double e) { return Exp(e - greatest); });
}
MODULED_INLINE double SumOfExps(const float* x, int64_t n, float greatest) {
  return FloatSumOf(
      x, n, [greatest](float e) __attribute__((always_inline)) { return Exp(e - greatest); });
}
MODULED_INLINE double SumOfRow(const double* x, int64_t n) {
  return SumOf(x, n, [](double e) { return e; });
}
MODULED_INLINE double SumOfRow(const float* x, int64_t n) {
  return FloatSumOf(x, n, [](float e) { return e; });
}

template <class T>
MODULED_INLINE void SoftmaxRow(const T* x, T* y, int64_t n) {
  const T greatest = MaxOf(x, n);
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = Exp(x[i] - greatest);
  const T sum = static_cast<T>(SumOfRow(y, n));
  for (int64_t i = 0; i < n; ++i) y[i] /= sum;
}

template <class T>
MODULED_INLINE void LogSoftmaxRow(const T* x, T* y, int64_t n) {
  const T greatest = MaxOf(x, n);
  const T log_sum = static_cast<T>(std::log(SumOfExps(x, n, greatest)));
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - greatest) - log_sum;
}

// So many neighbouring columns at once: what is kept of each stays in the first-level cache.
constexpr int64_t kColumns = 128;

// The greatest element and the sum of exponentials of `columns` columns.
template <class T>
struct ColumnSums {
  T greatest[kColumns];
  double sums[kColumns];

  MODULED_INLINE void Compute(const T* x, int64_t n, int64_t inner, int64_t columns) {
    std::copy_n(x, columns, greatest);
    for (int64_t i = 1; i < n; ++i) {
      const T* const row = x + i * inner;
      for (int64_t c = 0; c < columns; ++c) greatest[c] = greatest[c] < row[c] ? row[c] : greatest[c];
    }
    std::fill_n(sums, columns, 0.0);
    for (int64_t i = 0; i < n; ++i) {
      const T* const row = x + i * inner;
      T exponentials[kColumns];
      for (int64_t c = 0; c < columns; ++c) exponentials[c] = Exp(row[c] - greatest[c]);
      for (int64_t c = 0; c < columns; ++c) sums[c] += static_cast<double>(exponentials[c]);
    }
  }
};

template <class T>
MODULED_INLINE void SoftmaxColumns(const T* x, T* y, int64_t n, int64_t inner, int64_t columns) {
  ColumnSums<T> of;
  of.Compute(x, n, inner, columns);
  for (int64_t i = 0; i < n; ++i) {
    MODULED_VECTOR_LOOP
    for (int64_t c = 0; c < columns; ++c) {
      y[i * inner + c] = Exp(x[i * inner + c] - of.greatest[c]) / static_cast<T>(of.sums[c]);
    }
  }
}

template <class T>
MODULED_INLINE void LogSoftmaxColumns(const T* x, T* y, int64_t n, int64_t inner, int64_t columns) {
  ColumnSums<T> of;
  of.Compute(x, n, inner, columns);
  T log_sums[kColumns];
  for (int64_t c = 0; c < columns; ++c) log_sums[c] = static_cast<T>(std::log(of.sums[c]));
  for (int64_t i = 0; i < n; ++i) {
    MODULED_VECTOR_LOOP
    for (int64_t c = 0; c < columns; ++c) y[i * inner + c] = (x[i * inner + c] - of.greatest[c]) - log_sums[c];
  }
}

// Along the last axis row by row, else column by column.
template <class T, class Row, class Columns>
MODULED_INLINE void Over(const T* x, T* y, const SoftmaxExtents& e, Row row, Columns columns) {
  if (e.n == 0) return;
  for (int64_t o = 0; o < e.outer; ++o, x += e.n * e.inner, y += e.n * e.inner) {
    if (e.inner == 1) {
      row(x, y, e.n);
      continue;
    }
    for (int64_t c = 0; c < e.inner; c += kColumns)
      columns(x + c, y + c, e.n, e.inner, std::min(kColumns, e.inner - c));
  }
}

}  // namespace

MODULED_CPU_CLONES void Softmax(const float* x, float* y, const SoftmaxExtents& extents) {
  Over(x, y, extents, SoftmaxRow<float>, SoftmaxColumns<float>);
}
void Softmax(const double* x, double* y, const SoftmaxExtents& extents) {
  Over(x, y, extents, SoftmaxRow<double>, SoftmaxColumns<double>);
}
MODULED_CPU_CLONES void LogSoftmax(const float* x, float* y, const SoftmaxExtents& extents) {
  Over(x, y, extents, LogSoftmaxRow<float>, LogSoftmaxColumns<float>);
}
void LogSoftmax(const double* x, double* y, const SoftmaxExtents& extents) {
  Over(x, y, extents, LogSoftmaxRow<double>, LogSoftmaxColumns<double>);
}

}  // namespace moduled::nn::kernels
