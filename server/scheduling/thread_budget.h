// How many compute threads a call gets, so that all calls together never have more than there are.
//
// A call alone gets all of them. Where n calls run or wait, each of them gets an n-th part, at least one thread: those
// who wait run side by side instead of one after the other, and lose nothing to waiting for each other's threads.
#pragma once

#include <cstddef>
#include <vector>

namespace moduled::server {

// Not thread-safe.
class ThreadBudget {
 public:
  explicit ThreadBudget(int total);

  // The threads of a call beside which `others` run or wait; 0 if it has to wait for some to be given back.
  int Take(size_t others);
  // So many threads, or none: false.
  bool TakeExactly(int threads);
  // Gives back what was taken.
  void Return(int threads) { free_ += threads; }

  int total() const { return shares_.front(); }

 private:
  std::vector<int> shares_;
  int free_;
};

// What Take may answer, the most first: plans are made for these numbers of threads. Of 8: 8, 4, 2, 1.
std::vector<int> ThreadShares(int total);

}  // namespace moduled::server
