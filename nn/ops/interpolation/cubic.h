// Keys' cubic convolution kernel, which resizing and sampling share.
#pragma once

namespace moduled::nn {

// The kernel at a distance x below 1, and between 1 and 2; a is its parameter.
template <class T>
T CubicNear(T x, T a) {
  return ((a + 2) * x - (a + 3)) * x * x + 1;
}
template <class T>
T CubicFar(T x, T a) {
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

// Their slopes.
template <class T>
T CubicNearSlope(T x, T a) {
  return (3 * (a + 2) * x - 2 * (a + 3)) * x;
}
template <class T>
T CubicFarSlope(T x, T a) {
  return (3 * a * x - 10 * a) * x + 8 * a;
}

// What torch interpolates with.
template <class T>
inline constexpr T kCubicParameter = T{-0.75};

}  // namespace moduled::nn
