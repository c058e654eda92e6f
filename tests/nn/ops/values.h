// Values for the tests of operators: random ones, and comparison with what naive code computes in double.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "nn/tensor/tensor.h"

namespace moduled::nn {

// Randomness for one test. Every run has another seed; a failure prints it, and MODULED_TEST_SEED repeats it.
class Random {
 public:
  int64_t Int(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }
  double Real(double low, double high) { return std::uniform_real_distribution<double>(low, high)(engine_); }

  Shape AShape(size_t rank, int64_t low, int64_t high) {
    Shape shape;
    for (size_t axis = 0; axis < rank; ++axis) shape.push_back(Int(low, high));
    return shape;
  }

  template <class T>
  Tensor ATensor(const Shape& shape, double low = -5, double high = 5) {
    std::vector<T> elements;
    for (int64_t i = 0; i < shape.numel(); ++i) {
      elements.push_back(static_cast<T>(std::is_floating_point_v<T> ? Real(low, high) : Int(low, high)));
    }
    return Tensor::Of<T>(shape, elements);
  }

 private:
  static uint64_t Seed() {
    const char* given = std::getenv("MODULED_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  }

  const uint64_t seed_ = Seed();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, "MODULED_TEST_SEED=" + std::to_string(seed_)};
  std::mt19937_64 engine_{seed_};
};

// The elements of a tensor of a type that has a C++ type, as doubles.
inline std::vector<double> Doubles(const Tensor& tensor) {
  const auto all = [&]<class T>(std::type_identity<T>) {
    return std::vector<double>(tensor.elements<T>().begin(), tensor.elements<T>().end());
  };
  switch (tensor.dtype()) {
    case DType::kFloat32:
      return all(std::type_identity<float>());
    case DType::kFloat64:
      return all(std::type_identity<double>());
    case DType::kInt64:
      return all(std::type_identity<int64_t>());
    case DType::kInt32:
      return all(std::type_identity<int32_t>());
    case DType::kInt8:
      return all(std::type_identity<int8_t>());
    case DType::kUInt8:
      return all(std::type_identity<uint8_t>());
    case DType::kBool:
      return all(std::type_identity<bool>());
    default:
      ADD_FAILURE() << "no C++ type for " << Name(tensor.dtype());
      return {};
  }
}

// Elements within `tolerance`, absolute for small values and relative for large ones; NaNs and infinities alike.
inline void ExpectClose(const Tensor& got, const std::vector<double>& want, double tolerance) {
  const std::vector<double> elements = Doubles(got);
  ASSERT_EQ(elements.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    if (elements[i] == want[i] || (std::isnan(elements[i]) && std::isnan(want[i]))) continue;
    ASSERT_NEAR(elements[i], want[i], tolerance * std::max(1.0, std::fabs(want[i]))) << "at element " << i;
  }
}

// Where an element of a dense tensor stands: its index along each axis.
inline std::vector<int64_t> IndexOf(int64_t element, const Shape& shape) {
  std::vector<int64_t> index(shape.rank());
  for (size_t axis = shape.rank(); axis-- > 0; element /= shape[axis]) index[axis] = element % shape[axis];
  return index;
}

// The inverse of IndexOf.
inline int64_t ElementAt(const std::vector<int64_t>& index, const Shape& shape) {
  int64_t element = 0;
  for (size_t axis = 0; axis < shape.rank(); ++axis) element = element * shape[axis] + index[axis];
  return element;
}

}  // namespace moduled::nn
