#include "tests/bench/comparison/workers/fma_peak.h"

#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace moduled::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Enough chains to hide an FMA's latency of 4 or 5 cycles on two ports; with their two operands they fit into the 16
// registers of AVX2.
constexpr int kChains = 12;
constexpr int64_t kSteps = 20'000;  // Tens of microseconds between two looks at the clock.

// One body for every width: the attributes of its caller, which it is inlined into, choose the instructions.
template <class Vector>
[[gnu::always_inline]] inline float Chains(float seed) {
  Vector sums[kChains];
  for (int c = 0; c < kChains; ++c) sums[c] = Vector{} + (seed + static_cast<float>(c));
  const Vector factor = Vector{} + 0.999F;
  const Vector addend = Vector{} + 0.001F;
  for (int64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) sums[c] = sums[c] * factor + addend;
  }
  Vector total{};
  for (const Vector& sum : sums) total += sum;
  return total[0];
}

template <int kFloats>
using Floats [[gnu::vector_size(kFloats * sizeof(float))]] = float;

[[gnu::target("avx512f,prefer-vector-width=512")]] float Chains512(float seed) { return Chains<Floats<16>>(seed); }
[[gnu::target("avx2,fma")]] float Chains256(float seed) { return Chains<Floats<8>>(seed); }
float Chains128(float seed) { return Chains<Floats<4>>(seed); }

struct Variant {
  float (*chains)(float seed);
  int floats;
};

Variant WidestVariant() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return {Chains512, 16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {Chains256, 8};
#endif
  return {Chains128, 4};
}

// Operations a second, in 1e9, of this thread.
double MeasureThread(const Variant& variant, double seconds) {
  volatile float kept = variant.chains(1);  // Warms up, and keeps the result alive.
  const Clock::time_point start = Clock::now();
  int64_t rounds = 0;
  double elapsed = 0;
  do {
    kept = variant.chains(kept);
    ++rounds;
    elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  } while (elapsed < seconds);
  return 2e-9 * static_cast<double>(rounds * kSteps * kChains * variant.floats) / elapsed;
}

}  // namespace

double MeasureFmaPeak(int threads, double seconds) {
  const Variant variant = WidestVariant();
  std::vector<double> peaks(threads);
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) {
    others.emplace_back([&, t] { peaks[t] = MeasureThread(variant, seconds); });
  }
  peaks[0] = MeasureThread(variant, seconds);
  for (std::thread& other : others) other.join();
  double sum = 0;
  for (const double peak : peaks) sum += peak;
  return sum;
}

}  // namespace moduled::bench
