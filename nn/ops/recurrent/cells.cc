#include "nn/ops/recurrent/cells.h"

#include <algorithm>

#include "nn/ops/kernels/activations.h"
#include "nn/ops/kernels/math.h"
#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::recurrent {
namespace {

template <class T>
void Add(int64_t n, const T* a, const T* b, T* sum) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) sum[i] = a[i] + b[i];
}

}  // namespace

template <class T>
void TanhForward(int64_t hidden, const T* x, const T* u, T* h) {
  Add(hidden, x, u, h);
  kernels::Tanh(h, h, hidden);
}

template <class T>
void ReluForward(int64_t hidden, const T* x, const T* u, T* h) {
  Add(hidden, x, u, h);
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < hidden; ++i) h[i] = h[i] < T{0} ? T{0} : h[i];  // A NaN stays one.
}

template <class T>
void LstmForward(int64_t hidden, const T* x, const T* u, T* c, T* kept, T* cell, T* h) {
  Add(4 * hidden, x, u, kept);
  kernels::Sigmoid(kept, kept, 2 * hidden);
  kernels::Tanh(kept + 2 * hidden, kept + 2 * hidden, hidden);
  kernels::Sigmoid(kept + 3 * hidden, kept + 3 * hidden, hidden);
  const T* i = kept;
  const T* f = kept + hidden;
  const T* g = kept + 2 * hidden;
  MODULED_VECTOR_LOOP
  for (int64_t k = 0; k < hidden; ++k) cell[k] = f[k] * c[k] + i[k] * g[k];
  std::copy_n(cell, hidden, c);
  LstmHidden(hidden, kept, cell, h);
}

template <class T>
void LstmHidden(int64_t hidden, const T* kept, const T* cell, T* h) {
  const T* o = kept + 3 * hidden;
  MODULED_VECTOR_LOOP
  for (int64_t k = 0; k < hidden; ++k) h[k] = o[k] * kernels::Tanh(cell[k]);
}

template <class T>
void GruForward(int64_t hidden, const T* x, const T* u, T* kept, T* h) {
  Add(2 * hidden, x, u, kept);
  kernels::Sigmoid(kept, kept, 2 * hidden);
  const T* r = kept;
  const T* z = kept + hidden;
  T* n = kept + 2 * hidden;
  T* u_n = kept + 3 * hidden;
  std::copy_n(u + 2 * hidden, hidden, u_n);
  const T* x_n = x + 2 * hidden;
  MODULED_VECTOR_LOOP
  for (int64_t k = 0; k < hidden; ++k) {
    n[k] = kernels::Tanh(x_n[k] + r[k] * u_n[k]);
    h[k] = (h[k] - n[k]) * z[k] + n[k];
  }
}

template <class T>
void TanhBackward(int64_t hidden, const T* grad_h, const T* h, T* grad_gates) {
  MODULED_VECTOR_LOOP
  for (int64_t k = 0; k < hidden; ++k) grad_gates[k] = grad_h[k] * (T{1} - h[k] * h[k]);
}

template <class T>
void ReluBackward(int64_t hidden, const T* grad_h, const T* h, T* grad_gates) {
  MODULED_VECTOR_LOOP
  for (int64_t k = 0; k < hidden; ++k) grad_gates[k] = h[k] <= T{0} ? T{0} : grad_h[k];
}

template <class T>
void LstmBackward(int64_t hidden, const T* grad_h, const T* kept, const T* cell, const T* c_before, T* grad_c,
                  T* grad_gates) {
  const T* i = kept;
  const T* f = kept + hidden;
  const T* g = kept + 2 * hidden;
  const T* o = kept + 3 * hidden;
  MODULED_VECTOR_LOOP
  for (int64_t k = 0; k < hidden; ++k) {
    const T tanh_c = kernels::Tanh(cell[k]);
    const T through = grad_c[k] + grad_h[k] * o[k] * (T{1} - tanh_c * tanh_c);
    grad_gates[k] = through * g[k] * i[k] * (T{1} - i[k]);
    grad_gates[hidden + k] = through * c_before[k] * f[k] * (T{1} - f[k]);
    grad_gates[2 * hidden + k] = through * i[k] * (T{1} - g[k] * g[k]);
    grad_gates[3 * hidden + k] = grad_h[k] * tanh_c * o[k] * (T{1} - o[k]);
    grad_c[k] = through * f[k];
  }
}

template <class T>
void GruBackward(int64_t hidden, const T* kept, const T* h_before, T* grad_h, T* grad_x, T* grad_u) {
  const T* r = kept;
  const T* z = kept + hidden;
  const T* n = kept + 2 * hidden;
  const T* u_n = kept + 3 * hidden;
  MODULED_VECTOR_LOOP
  for (int64_t k = 0; k < hidden; ++k) {
    const T grad_n = grad_h[k] * (T{1} - z[k]) * (T{1} - n[k] * n[k]);
    const T grad_z = grad_h[k] * (h_before[k] - n[k]) * z[k] * (T{1} - z[k]);
    const T grad_r = grad_n * u_n[k] * r[k] * (T{1} - r[k]);
    grad_x[k] = grad_r;
    grad_x[hidden + k] = grad_z;
    grad_x[2 * hidden + k] = grad_n;
    grad_u[k] = grad_r;
    grad_u[hidden + k] = grad_z;
    grad_u[2 * hidden + k] = grad_n * r[k];
    grad_h[k] *= z[k];
  }
}

#define MODULED_INSTANTIATE(T)                                                         \
  template void TanhForward(int64_t, const T*, const T*, T*);                          \
  template void ReluForward(int64_t, const T*, const T*, T*);                          \
  template void LstmForward(int64_t, const T*, const T*, T*, T*, T*, T*);              \
  template void GruForward(int64_t, const T*, const T*, T*, T*);                       \
  template void TanhBackward(int64_t, const T*, const T*, T*);                         \
  template void ReluBackward(int64_t, const T*, const T*, T*);                         \
  template void LstmBackward(int64_t, const T*, const T*, const T*, const T*, T*, T*); \
  template void GruBackward(int64_t, const T*, const T*, T*, T*, T*);                  \
  template void LstmHidden(int64_t, const T*, const T*, T*);
MODULED_INSTANTIATE(float)
MODULED_INSTANTIATE(double)
#undef MODULED_INSTANTIATE

}  // namespace moduled::nn::recurrent
