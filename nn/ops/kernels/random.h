// Random numbers without a state: the index-th of a seed, wherever and whenever it is asked for.
#pragma once

#include <cstdint>
#include <optional>

namespace moduled::nn::kernels {

// The `index`-th number of the SplitMix64 sequence that starts at the seed.
inline uint64_t RandomBits(uint64_t seed, uint64_t index) {
  uint64_t bits = seed + (index + 1) * 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

// The seed of an operator in a run: its own, unless the run has one too.
inline uint64_t SeedOfRun(uint64_t own, std::optional<uint64_t> run) {
  return run.has_value() ? RandomBits(own, *run) : own;
}

// In [0, 1): as many bits as a double has.
inline double RandomUnit(uint64_t seed, uint64_t index) {
  return static_cast<double>(RandomBits(seed, index) >> 11) * 0x1p-53;
}

}  // namespace moduled::nn::kernels
