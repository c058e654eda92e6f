// torch's random generator on the CPU: the same seed yields the same numbers, bit for bit.
#pragma once

#include <cstdint>
#include <random>

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

 private:
  std::mt19937 engine_;
};

}  // namespace moduled::nn
