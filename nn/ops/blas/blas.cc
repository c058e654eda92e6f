#include "nn/ops/blas/blas.h"

#include <cblas.h>

#include <limits>

namespace moduled::nn::blas {
namespace {

CBLAS_TRANSPOSE Cblas(Transpose transposed) { return transposed == Transpose::kYes ? CblasTrans : CblasNoTrans; }

blasint Int(int64_t extent) { return static_cast<blasint>(extent); }

}  // namespace

void Prepare() {
  static const bool prepared = [] {
    openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(prepared);
}

bool Fits(int64_t extent) { return extent <= std::numeric_limits<blasint>::max(); }

void Gemm(Transpose b_transposed, int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b,
          int64_t ldb, float beta, float* c, int64_t ldc) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, Cblas(b_transposed), Int(m), Int(n), Int(k), 1, a, Int(lda), b, Int(ldb),
              beta, c, Int(ldc));
}

void Gemm(Transpose b_transposed, int64_t m, int64_t n, int64_t k, const double* a, int64_t lda, const double* b,
          int64_t ldb, double beta, double* c, int64_t ldc) {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, Cblas(b_transposed), Int(m), Int(n), Int(k), 1, a, Int(lda), b, Int(ldb),
              beta, c, Int(ldc));
}

void Gemv(Transpose a_transposed, int64_t rows, int64_t columns, const float* a, const float* x, float beta, float* y) {
  cblas_sgemv(CblasRowMajor, Cblas(a_transposed), Int(rows), Int(columns), 1, a, Int(columns), x, 1, beta, y, 1);
}

void Gemv(Transpose a_transposed, int64_t rows, int64_t columns, const double* a, const double* x, double beta,
          double* y) {
  cblas_dgemv(CblasRowMajor, Cblas(a_transposed), Int(rows), Int(columns), 1, a, Int(columns), x, 1, beta, y, 1);
}

}  // namespace moduled::nn::blas
