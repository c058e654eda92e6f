#include "server/operations/lock_checks.h"

#include "absl/synchronization/mutex.h"

namespace moduled::server {

void LeaveOutLockChecks() {
#ifdef NDEBUG
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

}  // namespace moduled::server
