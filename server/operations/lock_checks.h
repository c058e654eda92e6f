// Abseil's check of the order in which locks are taken, which Debian's build of it has switched on.
//
// It makes a lock six times as slow, gRPC's too, since each takes a lock of the whole process first; and it ends the
// process where two threads might have waited for each other. Abseil means it for builds without NDEBUG.
#pragma once

namespace moduled::server {

// Switches it off, but in builds without NDEBUG. Before there are threads.
void LeaveOutLockChecks();

}  // namespace moduled::server
