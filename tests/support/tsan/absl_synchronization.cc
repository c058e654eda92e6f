// Teaches ThreadSanitizer what Abseil's locks order.
//
// The packaged Abseil is compiled without it, and its Mutex is no pthread lock: without help every access that a Mutex
// guards would look like a race. The definitions below stand in front of the library's, in programs that are compiled
// with -fsanitize=thread: each tells of the order and calls the library's own.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>
#include <string>
#include <typeinfo>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

// The library's definition of a member function: `suffix` is what follows the class in its mangled name, `prefix` is
// "_ZNK" for a const one.
template <class Class, class Function>
Function* Real(const char* suffix, const char* prefix = "_ZN") {
  // "N4absl5MutexE": the version that is part of the name differs from build to build of Abseil.
  const std::string name = typeid(Class).name();
  void* symbol = dlsym(RTLD_NEXT, (prefix + name.substr(1, name.size() - 2) + suffix).c_str());
  if (symbol == nullptr) std::abort();
  return reinterpret_cast<Function*>(symbol);
}

// Whoever unlocks a Mutex evaluates the conditions of those who wait for it, after it has told that it is done.
class IgnoreReads {
 public:
  IgnoreReads() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~IgnoreReads() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

// A call that gives a lock up, if it was held, and comes back with it, if it is to be held.
template <class Call>
auto Ordered(void* lock, Call&& call) {
  struct Order {
    void* lock;
    explicit Order(void* l) : lock(l) { __tsan_release(lock); }
    ~Order() { __tsan_acquire(lock); }
  } order(lock);
  const IgnoreReads ignore;
  return call();
}

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  static auto* const real = Real<Mutex, void(Mutex*)>("4LockEv");
  {
    const IgnoreReads ignore;
    real(this);
  }
  __tsan_acquire(this);
}

bool Mutex::TryLock() {
  static auto* const real = Real<Mutex, bool(Mutex*)>("7TryLockEv");
  const bool locked = real(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::Unlock() {
  static auto* const real = Real<Mutex, void(Mutex*)>("6UnlockEv");
  __tsan_release(this);
  const IgnoreReads ignore;
  real(this);
}

void Mutex::ReaderLock() {
  static auto* const real = Real<Mutex, void(Mutex*)>("10ReaderLockEv");
  {
    const IgnoreReads ignore;
    real(this);
  }
  __tsan_acquire(this);
}

void Mutex::ReaderUnlock() {
  static auto* const real = Real<Mutex, void(Mutex*)>("12ReaderUnlockEv");
  __tsan_release(this);
  const IgnoreReads ignore;
  real(this);
}

void Mutex::Await(const Condition& condition) {
  static auto* const real = Real<Mutex, void(Mutex*, const Condition&)>("5AwaitERKNS0_9ConditionE");
  Ordered(this, [&] { real(this, condition); });
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  static auto* const real =
      Real<Mutex, bool(Mutex*, const Condition&, Time)>("17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  return Ordered(this, [&] { return real(this, condition, deadline); });
}

void CondVar::Wait(Mutex* mutex) {
  static auto* const real = Real<CondVar, void(CondVar*, Mutex*)>("4WaitEPNS0_5MutexE");
  Ordered(mutex, [&] { real(this, mutex); });
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static auto* const real = Real<CondVar, bool(CondVar*, Mutex*, Time)>("16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  return Ordered(mutex, [&] { return real(this, mutex, deadline); });
}

void Notification::Notify() {
  static auto* const real = Real<Notification, void(Notification*)>("6NotifyEv");
  __tsan_release(this);
  real(this);
}

void Notification::WaitForNotification() const {
  static auto* const real = Real<Notification, void(const Notification*)>("19WaitForNotificationEv", "_ZNK");
  real(this);
  __tsan_acquire(const_cast<Notification*>(this));
}

bool BlockingCounter::DecrementCount() {
  static auto* const real = Real<BlockingCounter, bool(BlockingCounter*)>("14DecrementCountEv");
  __tsan_release(this);
  return real(this);
}

void BlockingCounter::Wait() {
  static auto* const real = Real<BlockingCounter, void(BlockingCounter*)>("4WaitEv");
  real(this);
  __tsan_acquire(this);
}

ABSL_NAMESPACE_END
}  // namespace absl
