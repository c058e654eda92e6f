// The loops of attention between its two products.
#pragma once

#include <cstdint>

namespace moduled::nn::kernels {

// What is added to the scores: null for nothing. Steps count elements, 0 where the mask repeats.
template <class T>
struct ScoreMask {
  const T* data = nullptr;
  int64_t row_step = 0;
  int64_t column_step = 0;
};

// score = exp(scale score + mask - the greatest of the row), for dense rows of n >= 1 scores, and sums[row] their sum:
// a softmax whose division is left to DivideRows. A NaN, an infinity or a row of negative infinities makes the sum a
// NaN.
void ExponentiateScores(float* scores, int64_t rows, int64_t n, float scale, const ScoreMask<float>& mask, float* sums);
void ExponentiateScores(double* scores, int64_t rows, int64_t n, double scale, const ScoreMask<double>& mask,
                        double* sums);

// y[row] /= sums[row] for rows of n elements.
void DivideRows(float* y, int64_t rows, int64_t n, int64_t row_step, const float* sums);
void DivideRows(double* y, int64_t rows, int64_t n, int64_t row_step, const double* sums);

}  // namespace moduled::nn::kernels
