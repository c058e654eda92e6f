// Shares out the steps of a kernel between threads, where every step needs all of the one before it.
//
// A step is cut into parts. A thread begins with its own, whose data is in its cache, and then takes those that nobody
// has begun: on a busy machine a thread that has lost its processor between two parts holds nobody up. Steps that take
// microseconds cannot sleep between them: who waits spins for as long as a part usually takes, then lets other work of
// the processor go first.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace moduled::nn::kernels {

class StepTasks {
 public:
  static constexpr int kMostParts = 16;

  // 1 to kMostParts parts in every step.
  explicit StepTasks(int parts) : parts_(parts) {}

  int parts() const { return parts_; }

  // Calls run(part) for the parts of a step that are left to this thread, after all parts of the step before. Every
  // thread that takes part calls it for all steps in their order, which count from 0.
  template <class Run>
  void RunStep(int64_t step, int own_part, Run run) {
    if (parts_ == 1) return run(0);
    WaitUntilDone(step * parts_);
    for (int i = 0; i < parts_; ++i) {
      const int part = (own_part + i) % parts_;
      if (!Claim(part, step)) continue;
      run(part);
      done_.fetch_add(1, std::memory_order_release);
    }
  }

 private:
  static constexpr int kSpins = 200;  // Some 8 us.

  void WaitUntilDone(int64_t parts) const {
    for (int spins = 0; done_.load(std::memory_order_acquire) < parts; ++spins) {
      if (spins < kSpins) {
        Pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

  bool Claim(int part, int64_t step) {
    std::atomic<int64_t>& begun = claims_[part].steps;
    if (begun.load(std::memory_order_relaxed) != step) return false;
    return begun.compare_exchange_strong(step, step + 1, std::memory_order_relaxed);
  }

  static void Pause() {
#if defined(__x86_64__)
    _mm_pause();
#endif
  }

  // On a line of its own, as it is written by another thread than the others.
  struct alignas(64) PartClaims {
    std::atomic<int64_t> steps = 0;  // How many steps have begun.
  };

  const int parts_;
  alignas(64) std::atomic<int64_t> done_ = 0;  // Parts, of all steps.
  std::array<PartClaims, kMostParts> claims_;
};

}  // namespace moduled::nn::kernels
