#include "server/scheduling/thread_budget.h"

#include <algorithm>

namespace moduled::server {

ThreadBudget::ThreadBudget(int total) : shares_(ThreadShares(total)), free_(shares_.front()) {}

int ThreadBudget::Take(size_t others) {
  const size_t fair = std::max<size_t>(static_cast<size_t>(total()) / (others + 1), 1);
  const int most = static_cast<int>(std::min(fair, static_cast<size_t>(free_)));
  const auto share = std::find_if(shares_.begin(), shares_.end(), [most](int threads) { return threads <= most; });
  if (share == shares_.end()) return 0;
  free_ -= *share;
  return *share;
}

bool ThreadBudget::TakeExactly(int threads) {
  if (threads > free_) return false;
  free_ -= threads;
  return true;
}

std::vector<int> ThreadShares(int total) {
  const int all = std::max(total, 1);
  std::vector<int> shares;
  for (int calls = 1; calls <= all; ++calls) {
    if (shares.empty() || all / calls < shares.back()) shares.push_back(all / calls);
  }
  return shares;
}

}  // namespace moduled::server
