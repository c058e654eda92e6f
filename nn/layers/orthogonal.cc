#include "nn/layers/orthogonal.h"

#include <algorithm>
#include <cmath>

#include "nn/ops/blas/blas.h"

namespace moduled::nn::init {
namespace {

// Vectors that are taken together, so that nearly all of the work is products of matrices.
constexpr int64_t kBlock = 64;

// `count` vectors of `length` elements, one after the other.
struct Vectors {
  double* data;
  int64_t count;
  int64_t length;
  double* operator[](int64_t i) const { return data + i * length; }
};

double Dot(const double* a, const double* b, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// Takes the shadows on the vectors before `begin` from the block's vectors.
void LeaveSpan(const Vectors& vectors, int64_t begin, int64_t end, std::vector<double>& shadows) {
  const int64_t n = end - begin;
  if (begin == 0) return;
  shadows.resize(static_cast<size_t>(n * begin));
  blas::Gemm(blas::Transpose::kYes, n, begin, vectors.length, vectors[begin], vectors.length, vectors.data,
             vectors.length, 0.0, shadows.data(), begin);
  for (double& shadow : shadows) shadow = -shadow;
  blas::Gemm(blas::Transpose::kNo, n, vectors.length, begin, shadows.data(), begin, vectors.data, vectors.length, 1.0,
             vectors[begin], vectors.length);
}

// Gram and Schmidt's within a block. Dividing by a norm keeps R's diagonal positive.
void OrthonormaliseBlock(const Vectors& vectors, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    double* const vector = vectors[i];
    for (int pass = 0; pass < 2; ++pass) {
      for (int64_t j = begin; j < i; ++j) {
        const double shadow = Dot(vector, vectors[j], vectors.length);
        for (int64_t k = 0; k < vectors.length; ++k) vector[k] -= shadow * vectors[j][k];
      }
    }
    const double norm = std::sqrt(Dot(vector, vector, vectors.length));
    for (int64_t k = 0; k < vectors.length; ++k) vector[k] = norm > 0 ? vector[k] / norm : 0;
  }
}

// Each block twice: once is not enough where vectors are nearly parallel.
void Orthonormalise(const Vectors& vectors) {
  blas::Prepare();
  std::vector<double> shadows;
  for (int64_t begin = 0; begin < vectors.count; begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, vectors.count);
    for (int pass = 0; pass < 2; ++pass) {
      LeaveSpan(vectors, begin, end, shadows);
      OrthonormaliseBlock(vectors, begin, end);
    }
  }
}

std::vector<double> Transposed(const std::vector<double>& matrix, int64_t rows, int64_t columns) {
  std::vector<double> transposed(matrix.size());
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) transposed[c * rows + r] = matrix[r * columns + c];
  }
  return transposed;
}

}  // namespace

void Orthogonalise(std::vector<double>& matrix, int64_t rows, int64_t columns) {
  if (rows < columns) return Orthonormalise({matrix.data(), rows, columns});
  std::vector<double> vectors = Transposed(matrix, rows, columns);
  Orthonormalise({vectors.data(), columns, rows});
  matrix = Transposed(vectors, columns, rows);
}

}  // namespace moduled::nn::init
