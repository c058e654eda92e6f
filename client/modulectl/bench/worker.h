// A thread with connections and slots of its own: what it does for one call involves no other thread and no lock.
//
// A closed loop sends the next call as soon as one has ended. An open loop has a pacer, which sends on a schedule.
#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "client/modulectl/bench/call_slot.h"
#include "client/modulectl/bench/ring.h"
#include "client/modulectl/bench/sample.h"
#include "client/modulectl/bench/target.h"

namespace moduled::modulectl::bench {

class Worker {
 public:
  struct Options {
    size_t slots = 1;        // Calls under way at once, dealt over the connections.
    size_t connections = 1;  // At least 1.
    bool closed_loop = true;
  };
  // Starts at once. The target must outlive the worker.
  Worker(const Target& target, const Options& options);
  // No further call is sent; those under way may end for a moment, then they are cancelled. No pacer sends any more.
  ~Worker();

  // Of an open loop, on the pacer's thread: sends a call. False if all slots are taken.
  bool Send(bool late);

  // Adds the calls that have ended since the last time. On one thread.
  void Collect(std::vector<Sample>& ended);

 private:
  void Run();
  // One call that has ended, or nothing for a while.
  void Next();
  void OnEnd(CallSlot& slot);
  void CancelAll();

  const bool closed_loop_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<CallSlot>> slots_;
  Ring<CallSlot*> free_;  // Of an open loop: from this thread to the pacer's.
  Ring<Sample> ended_;
  std::atomic<size_t> under_way_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace moduled::modulectl::bench
