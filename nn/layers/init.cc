#include "nn/layers/init.h"

#include <cmath>
#include <limits>

#include "absl/types/span.h"
#include "nn/tensor/half.h"

namespace moduled::nn::init {
namespace {

// A 16-bit float type: its bits of precision, and how numbers become one.
struct Half16 {
  int digits;
  uint16_t (*round)(float value);
  float (*widen)(uint16_t bits);
};
constexpr Half16 kHalf = {11, FloatToHalf, HalfToFloat};
constexpr Half16 kBFloat16 = {8, FloatToBFloat16, BFloat16ToFloat};

template <class T>
void Fill(Tensor& tensor, T value) {
  for (T& element : absl::MakeSpan(static_cast<T*>(tensor.mutable_data()), tensor.numel())) element = value;
}

// A number in [0, 1) takes as many of a draw's low bits as the type has precision. It is scaled with one rounding, as
// torch does on every processor that has AVX2.
template <class Draw>
void DrawFloats(absl::Span<Draw> out, Draw from, Draw to, Generator& generator) {
  constexpr int kDigits = std::numeric_limits<Draw>::digits;
  constexpr Draw kUnit = Draw{1} / static_cast<Draw>(uint64_t{1} << kDigits);
  for (Draw& element : out) {
    uint64_t bits;
    if constexpr (kDigits > 32) {
      bits = generator.Random64();
    } else {
      bits = generator.Random();
    }
    const Draw unit = static_cast<Draw>(bits & ((uint64_t{1} << kDigits) - 1)) * kUnit;
    element = std::fma(unit, to - from, from);
  }
}

// The bounds and their difference are rounded to the type, the rest is float.
void DrawHalfs(absl::Span<uint16_t> out, const Half16& type, double from, double to, Generator& generator) {
  const float low = type.widen(type.round(static_cast<float>(from)));
  const float range = type.widen(type.round(type.widen(type.round(static_cast<float>(to))) - low));
  const uint32_t mask = (uint32_t{1} << type.digits) - 1;
  for (uint16_t& element : out) {
    const float unit = static_cast<float>(generator.Random() & mask) / static_cast<float>(mask + 1);
    element = type.round(std::fma(unit, range, low));
  }
}

template <class T>
absl::Span<T> Elements(Tensor& tensor) {
  return absl::MakeSpan(static_cast<T*>(tensor.mutable_data()), static_cast<size_t>(tensor.numel()));
}

}  // namespace

Initialiser Constant(double value) {
  return [value](Tensor& tensor, Generator&) {
    switch (tensor.dtype()) {
      case DType::kFloat32:
        return Fill<float>(tensor, static_cast<float>(value));
      case DType::kFloat64:
        return Fill<double>(tensor, value);
      case DType::kFloat16:
        return Fill<uint16_t>(tensor, FloatToHalf(static_cast<float>(value)));
      case DType::kBFloat16:
        return Fill<uint16_t>(tensor, FloatToBFloat16(static_cast<float>(value)));
      case DType::kInt64:
        return Fill<int64_t>(tensor, static_cast<int64_t>(value));
      case DType::kInt32:
        return Fill<int32_t>(tensor, static_cast<int32_t>(value));
      case DType::kInt8:
        return Fill<int8_t>(tensor, static_cast<int8_t>(value));
      case DType::kUInt8:
        return Fill<uint8_t>(tensor, static_cast<uint8_t>(value));
      case DType::kBool:
        return Fill<bool>(tensor, value != 0);
    }
  };
}

Initialiser Uniform(double from, double to) {
  return [from, to](Tensor& tensor, Generator& generator) {
    switch (tensor.dtype()) {
      case DType::kFloat32:
        return DrawFloats<float>(Elements<float>(tensor), static_cast<float>(from), static_cast<float>(to), generator);
      case DType::kFloat64:
        return DrawFloats<double>(Elements<double>(tensor), from, to, generator);
      case DType::kFloat16:
        return DrawHalfs(Elements<uint16_t>(tensor), kHalf, from, to, generator);
      case DType::kBFloat16:
        return DrawHalfs(Elements<uint16_t>(tensor), kBFloat16, from, to, generator);
      default:
        return;  // Excluded by the contract: layers have floating-point parameters.
    }
  };
}

Initialiser KaimingUniform(double a) {
  return [a](Tensor& tensor, Generator& generator) {
    if (tensor.numel() == 0) return;
    const double fan_in = static_cast<double>(tensor.shape().numel(1, tensor.rank()));
    const double gain = std::sqrt(2.0 / (1 + a * a));
    const double bound = std::sqrt(3.0) * (gain / std::sqrt(fan_in));
    Uniform(-bound, bound)(tensor, generator);
  };
}

Fan FanOf(const Shape& shape) {
  const auto window = static_cast<double>(shape.numel(2, shape.rank()));
  return {.in = static_cast<double>(shape[1]) * window, .out = static_cast<double>(shape[0]) * window};
}

Initialiser XavierUniform(double gain) {
  return [gain](Tensor& tensor, Generator& generator) {
    const Fan fan = FanOf(tensor.shape());
    const double bound = std::sqrt(3.0) * (gain * std::sqrt(2.0 / (fan.in + fan.out)));
    Uniform(-bound, bound)(tensor, generator);
  };
}

Initialiser BiasUniform(int64_t fan_in) {
  const double bound = fan_in > 0 ? 1 / std::sqrt(static_cast<double>(fan_in)) : 0;
  return Uniform(-bound, bound);
}

}  // namespace moduled::nn::init
