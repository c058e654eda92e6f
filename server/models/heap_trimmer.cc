#include "server/models/heap_trimmer.h"

#include <malloc.h>

#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"

namespace moduled::server {
namespace {

// What a thread's heap may keep at its end. malloc_trim looks at that of the main heap only, and left to itself malloc
// raises its bounds to tens of megabytes for each heap. Larger blocks are mapped, and go when they are freed.
constexpr int kKeptBytes = 4 << 20;

// After the last time that somebody asked.
constexpr absl::Duration kDelays[] = {absl::Milliseconds(10), absl::Seconds(1), absl::Seconds(10)};

}  // namespace

HeapTrimmer::HeapTrimmer() {
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  mallopt(M_MMAP_THRESHOLD, kKeptBytes);
  thread_ = std::thread([this] { Run(); });
}

HeapTrimmer::~HeapTrimmer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void HeapTrimmer::TrimSoon() {
  absl::MutexLock lock(&mutex_);
  asked_ = true;
}

bool HeapTrimmer::WaitUntil(absl::Time time) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithDeadline(absl::Condition(this, &HeapTrimmer::HasWork), time);
  return !stopping_;
}

void HeapTrimmer::Run() {
  size_t next = std::size(kDelays);  // Of the delays; all of them: there is nothing to do.
  absl::Time asked = absl::InfinitePast();
  while (WaitUntil(next < std::size(kDelays) ? asked + kDelays[next] : absl::InfiniteFuture())) {
    bool is_new;
    {
      absl::MutexLock lock(&mutex_);
      is_new = std::exchange(asked_, false);
    }
    if (is_new) {
      asked = absl::Now();
      next = 0;
    } else {
      malloc_trim(0);
      ++next;
    }
  }
}

}  // namespace moduled::server
