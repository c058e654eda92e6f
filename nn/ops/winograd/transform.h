// The matrices of F(m, 3) along one axis: B' for the input, G for the weight, A' for the output.
//
// They come from polynomials that are multiplied by their values at m + 1 points and at infinity. The points decide how
// large the rounding errors are. With zero and two pairs +-a, +-b, the textbook's a = 1 and b = 2 lose three times as
// much as the pairs below do; their products are exact in binary, and cost the same.
//
// What the polynomials are divided by stands in A', so that G is made of powers of the points alone.
#pragma once

#include "nn/ops/winograd/vector.h"

namespace moduled::nn::winograd {

constexpr float Rounded(double x) { return static_cast<float>(x); }

template <int kTile>
struct Transform;

// Points 0, 1, -1.
template <>
struct Transform<2> {
  static constexpr double kWeight[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};

  MODULED_AVX512_INLINE static void Input(const Vector (&x)[4], Vector (&v)[4]) {
    v[0] = x[0] - x[2];
    v[1] = x[2] + x[1];
    v[2] = x[2] - x[1];
    v[3] = x[3] - x[1];
  }
  MODULED_AVX512_INLINE static void Output(const Vector (&m)[4], Vector (&y)[2]) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] + m[3];
  }
};

// Points 0, +-a, +-b.
template <>
struct Transform<4> {
  static constexpr double kA = 0.625, kB = 1.5;
  static constexpr double kA2 = kA * kA, kB2 = kB * kB;
  static constexpr double kWeight[6][3] = {{1, 0, 0},    {1, kA, kA2},  {1, -kA, kA2},
                                           {1, kB, kB2}, {1, -kB, kB2}, {0, 0, 1}};

  MODULED_AVX512_INLINE static void Input(const Vector (&x)[6], Vector (&v)[6]) {
    constexpr float kProduct = kA2 * kB2, kSum = kA2 + kB2;
    const Vector even_a = x[4] - Rounded(kB2) * x[2], odd_a = x[3] - Rounded(kB2) * x[1];
    const Vector even_b = x[4] - Rounded(kA2) * x[2], odd_b = x[3] - Rounded(kA2) * x[1];
    v[0] = kProduct * x[0] + (x[4] - kSum * x[2]);
    v[1] = even_a + Rounded(kA) * odd_a;
    v[2] = even_a - Rounded(kA) * odd_a;
    v[3] = even_b + Rounded(kB) * odd_b;
    v[4] = even_b - Rounded(kB) * odd_b;
    v[5] = kProduct * x[1] + (x[5] - kSum * x[3]);
  }
  MODULED_AVX512_INLINE static void Output(const Vector (&m)[6], Vector (&y)[4]) {
    constexpr double kAtZero = 1 / (kA2 * kB2), kAtA = 1 / (2 * kA2 * (kA2 - kB2)), kAtB = 1 / (2 * kB2 * (kB2 - kA2));
    const Vector even_a = m[1] + m[2], odd_a = m[1] - m[2];
    const Vector even_b = m[3] + m[4], odd_b = m[3] - m[4];
    y[0] = Rounded(kAtZero) * m[0] + Rounded(kAtA) * even_a + Rounded(kAtB) * even_b;
    y[1] = Rounded(kAtA * kA) * odd_a + Rounded(kAtB * kB) * odd_b;
    y[2] = Rounded(kAtA * kA2) * even_a + Rounded(kAtB * kB2) * even_b;
    y[3] = m[5] + Rounded(kAtA * kA2 * kA) * odd_a + Rounded(kAtB * kB2 * kB) * odd_b;
  }
};

}  // namespace moduled::nn::winograd
