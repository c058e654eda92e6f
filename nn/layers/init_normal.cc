// torch's normal samples on the CPU: Box and Muller's, sixteen at a time, or one by one where there are fewer.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "absl/types/span.h"
#include "nn/layers/init.h"
#include "nn/tensor/half.h"

namespace moduled::nn::init {
namespace {

constexpr size_t kBlock = 16;

template <class T>
T DrawUnit(Generator& generator) {
  constexpr int kDigits = std::numeric_limits<T>::digits;
  const uint64_t bits = kDigits > 32 ? generator.Random64() : generator.Random();
  return static_cast<T>(bits & ((uint64_t{1} << kDigits) - 1)) / static_cast<T>(uint64_t{1} << kDigits);
}

// The first half of the block are radii, the second half angles.
template <class T>
void Transform(T* block, T mean, T std) {
  for (size_t i = 0; i < kBlock / 2; ++i) {
    const T radius = std::sqrt(T{-2} * std::log(T{1} - block[i]));
    const T angle = T{2} * std::numbers::pi_v<T> * block[i + kBlock / 2];
    block[i] = radius * std::cos(angle) * std + mean;
    block[i + kBlock / 2] = radius * std::sin(angle) * std + mean;
  }
}

template <class T>
void DrawBlocks(absl::Span<T> out, T mean, T std, Generator& generator) {
  for (T& element : out) element = DrawUnit<T>(generator);
  for (size_t i = 0; i + kBlock <= out.size(); i += kBlock) Transform(out.data() + i, mean, std);
  if (out.size() % kBlock == 0) return;
  // What is left over is drawn again, with what stands before it, as one more block.
  T* last = out.data() + out.size() - kBlock;
  for (size_t i = 0; i < kBlock; ++i) last[i] = DrawUnit<T>(generator);
  Transform(last, mean, std);
}

double DrawOne(Generator& generator) {
  if (const std::optional<double> spare = generator.TakeSpareNormal()) return *spare;
  const double angle = 2 * std::numbers::pi * DrawUnit<double>(generator);
  const double radius = std::sqrt(-2 * std::log1p(-DrawUnit<double>(generator)));
  generator.set_spare_normal(radius * std::sin(angle));
  return radius * std::cos(angle);
}

template <class T>
void Draw(absl::Span<T> out, double mean, double std, Generator& generator) {
  if (out.size() >= kBlock) return DrawBlocks<T>(out, static_cast<T>(mean), static_cast<T>(std), generator);
  for (T& element : out) element = static_cast<T>(DrawOne(generator) * std + mean);
}

template <class T>
absl::Span<T> Elements(Tensor& tensor) {
  return absl::Span<T>(static_cast<T*>(tensor.mutable_data()), static_cast<size_t>(tensor.numel()));
}

}  // namespace

Initialiser Normal(double mean, double std) {
  return [mean, std](Tensor& tensor, Generator& generator) {
    if (tensor.dtype() == DType::kFloat32) return Draw(Elements<float>(tensor), mean, std, generator);
    if (tensor.dtype() == DType::kFloat64) return Draw(Elements<double>(tensor), mean, std, generator);
    // 16-bit types are for storage: they are drawn as float and rounded.
    std::vector<float> wide(static_cast<size_t>(tensor.numel()));
    Draw(absl::MakeSpan(wide), mean, std, generator);
    const auto round = tensor.dtype() == DType::kFloat16 ? FloatToHalf : FloatToBFloat16;
    std::transform(wide.begin(), wide.end(), Elements<uint16_t>(tensor).begin(), round);
  };
}

}  // namespace moduled::nn::init
