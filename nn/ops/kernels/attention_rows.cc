#include "nn/ops/kernels/attention_rows.h"

#include "nn/ops/kernels/math.h"
#include "nn/ops/kernels/reduce.h"

namespace moduled::nn::kernels {
namespace {

MODULED_INLINE double SumOfRow(const double* x, int64_t n) {
  return SumOf(x, n, [](double e) { return e; });
}
MODULED_INLINE double SumOfRow(const float* x, int64_t n) {
  return FloatSumOf(x, n, [](float e) { return e; });
}

template <class T>
MODULED_INLINE void ScaleRow(T* row, int64_t n, T scale, const T* mask, int64_t mask_step) {
  if (mask == nullptr) {
    for (int64_t i = 0; i < n; ++i) row[i] *= scale;
  } else if (mask_step == 0) {
    const T same = *mask;
    for (int64_t i = 0; i < n; ++i) row[i] = row[i] * scale + same;
  } else {
    MODULED_VECTOR_LOOP
    for (int64_t i = 0; i < n; ++i) row[i] = row[i] * scale + mask[i];
  }
}

template <class T>
MODULED_INLINE void Exponentiate(T* scores, int64_t rows, int64_t n, T scale, const ScoreMask<T>& mask, T* sums) {
  for (int64_t r = 0; r < rows; ++r) {
    T* const row = scores + r * n;
    ScaleRow(row, n, scale, mask.data == nullptr ? nullptr : mask.data + r * mask.row_step, mask.column_step);
    const T greatest = MaxOf(row, n);
    for (int64_t i = 0; i < n; ++i) row[i] = Exp(row[i] - greatest);
    sums[r] = static_cast<T>(SumOfRow(row, n));
  }
}

template <class T>
MODULED_INLINE void Divide(T* y, int64_t rows, int64_t n, int64_t row_step, const T* sums) {
  for (int64_t r = 0; r < rows; ++r) {
    T* const row = y + r * row_step;
    const T sum = sums[r];
    for (int64_t i = 0; i < n; ++i) row[i] /= sum;
  }
}

}  // namespace

MODULED_CPU_CLONES void ExponentiateScores(float* scores, int64_t rows, int64_t n, float scale,
                                           const ScoreMask<float>& mask, float* sums) {
  Exponentiate(scores, rows, n, scale, mask, sums);
}
void ExponentiateScores(double* scores, int64_t rows, int64_t n, double scale, const ScoreMask<double>& mask,
                        double* sums) {
  Exponentiate(scores, rows, n, scale, mask, sums);
}

MODULED_CPU_CLONES void DivideRows(float* y, int64_t rows, int64_t n, int64_t row_step, const float* sums) {
  Divide(y, rows, n, row_step, sums);
}
void DivideRows(double* y, int64_t rows, int64_t n, int64_t row_step, const double* sums) {
  Divide(y, rows, n, row_step, sums);
}

}  // namespace moduled::nn::kernels
