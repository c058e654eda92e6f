#include "server/operations/lock_checks.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/synchronization/mutex.h"

namespace moduled::server {
namespace {

// What Abseil's check takes for a deadlock that may come, though one thread alone cannot have one.
void LockBothWaysRound() {
  absl::Mutex first, second;
  first.Lock();
  second.Lock();
  second.Unlock();
  first.Unlock();
  second.Lock();
  first.Lock();
  first.Unlock();
  second.Unlock();
}

#ifdef NDEBUG
TEST(LockChecks, DoNotEndAProgramThatLeavesThemOut) {
  EXPECT_EXIT(
      {
        absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kAbort);  // As Debian builds Abseil.
        LeaveOutLockChecks();
        LockBothWaysRound();
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "");
}
#endif

TEST(LockChecks, WouldEndOneThatHasThem) {
  EXPECT_DEATH(
      {
        absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kAbort);
        LockBothWaysRound();
      },
      "potential deadlock");
}

}  // namespace
}  // namespace moduled::server
