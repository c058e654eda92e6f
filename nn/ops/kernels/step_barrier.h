// Where the threads of a team wait for each other, many times in one kernel.
//
// Steps that take microseconds cannot sleep between them: whoever waits spins for as long as others usually need, then
// lets other work of the processor go first. Nobody waits between kernels.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace moduled::nn::kernels {

class StepBarrier {
 public:
  // Returns once all threads of the team have called it, and has their writes be seen. The same `team` in every call.
  void Wait(int team) {
    if (team == 1) return;
    const uint32_t turn = turn_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == team) {
      arrived_.store(0, std::memory_order_relaxed);
      turn_.store(turn + 1, std::memory_order_release);
      return;
    }
    for (int spins = 0; turn_.load(std::memory_order_acquire) == turn; ++spins) {
      if (spins < kSpins) {
        Pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

 private:
  static constexpr int kSpins = 200;  // Some 8 us: a step of a thread that has not lost its processor.

  static void Pause() {
#if defined(__x86_64__)
    _mm_pause();
#endif
  }

  // On lines of their own: a spinning reader must not slow down who arrives.
  alignas(64) std::atomic<int> arrived_ = 0;
  alignas(64) std::atomic<uint32_t> turn_ = 0;
};

}  // namespace moduled::nn::kernels
