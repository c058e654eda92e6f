// A bounded queue from one thread to another, without locks: a thread that measures must not wait for one that counts.
//
// One thread pushes and one pops.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <vector>

namespace moduled::modulectl::bench {

template <class T>
class Ring {
 public:
  // Holds at least `capacity` items.
  explicit Ring(size_t capacity) : items_(std::bit_ceil(capacity)) {}

  // False if it is full.
  bool Push(const T& item) {
    const size_t end = end_.load(std::memory_order_relaxed);
    if (end - begin_.load(std::memory_order_acquire) == items_.size()) return false;
    items_[end & (items_.size() - 1)] = item;
    end_.store(end + 1, std::memory_order_release);
    return true;
  }

  // False if it is empty.
  bool Pop(T& item) {
    const size_t begin = begin_.load(std::memory_order_relaxed);
    if (begin == end_.load(std::memory_order_acquire)) return false;
    item = items_[begin & (items_.size() - 1)];
    begin_.store(begin + 1, std::memory_order_release);
    return true;
  }

 private:
  static constexpr size_t kCacheLine = 64;  // The two threads' counters would share one otherwise.

  std::vector<T> items_;
  alignas(kCacheLine) std::atomic<size_t> begin_ = 0;
  alignas(kCacheLine) std::atomic<size_t> end_ = 0;
};

}  // namespace moduled::modulectl::bench
