// torch's random generator on the CPU: the same seed yields the same numbers, bit for bit.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <utility>

namespace moduled::nn {

// A Mersenne twister (mt19937), seeded as torch.manual_seed does.
class Generator {
 public:
  explicit Generator(uint64_t seed) : engine_(static_cast<uint32_t>(seed)) {}

  uint32_t Random() { return static_cast<uint32_t>(engine_()); }
  // The first draw is the upper half.
  uint64_t Random64() {
    const uint64_t high = Random();
    return high << 32 | Random();
  }

  // Normal samples come in pairs: the second one waits here for whoever draws a single one next.
  std::optional<double> TakeSpareNormal() { return std::exchange(spare_normal_, std::nullopt); }
  void set_spare_normal(double sample) { spare_normal_ = sample; }

 private:
  std::mt19937 engine_;
  std::optional<double> spare_normal_;
};

}  // namespace moduled::nn
