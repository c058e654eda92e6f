// Matrix products of OpenBLAS, by element type.
//
// OpenBLAS runs on the calling thread alone: two threads in its threaded products corrupt each other's work.
// All matrices are row-major.
#pragma once

#include <cstdint>

namespace moduled::nn::blas {

enum class Transpose : bool { kNo, kYes };

// Must be called before the first product, by whoever prepares one.
void Prepare();

// Whether OpenBLAS can count that far: extents and leading dimensions are 32-bit integers there.
bool Fits(int64_t extent);

// c [m, n] = a [m, k] b [k, n] + beta c, b given as [n, k] if transposed. Leading dimensions in elements.
void Gemm(Transpose b_transposed, int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b,
          int64_t ldb, float beta, float* c, int64_t ldc);
void Gemm(Transpose b_transposed, int64_t m, int64_t n, int64_t k, const double* a, int64_t lda, const double* b,
          int64_t ldb, double beta, double* c, int64_t ldc);

// y = a x + beta y for a [rows, columns], or y = a^T x + beta y if transposed.
void Gemv(Transpose a_transposed, int64_t rows, int64_t columns, const float* a, const float* x, float beta, float* y);
void Gemv(Transpose a_transposed, int64_t rows, int64_t columns, const double* a, const double* x, double beta,
          double* y);

}  // namespace moduled::nn::blas
