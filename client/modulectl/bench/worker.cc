#include "client/modulectl/bench/worker.h"

#include <chrono>

namespace moduled::modulectl::bench {
namespace {

// Enough for what ends between two looks of the collector, at rates that no server reaches.
constexpr size_t kEndedCapacity = size_t{1} << 16;
// How soon a thread that waits for an answer notices that it is to stop.
constexpr std::chrono::milliseconds kNoticeStop(20);
// What calls under way have at the end. To cancel them at once would make failures of calls that are nearly done.
constexpr int64_t kGraceNanoseconds = 2'000'000'000;

}  // namespace

Worker::Worker(const Target& target, const Options& options)
    : closed_loop_(options.closed_loop), free_(options.slots), ended_(kEndedCapacity) {
  for (size_t i = 0; i < options.connections; ++i) {
    stubs_.push_back(std::make_unique<grpc::GenericStub>(target.connect()));
  }
  for (size_t i = 0; i < options.slots; ++i) {
    slots_.push_back(std::make_unique<CallSlot>(target, *stubs_[i % stubs_.size()], queue_, i));
    if (!closed_loop_) free_.Push(slots_.back().get());
  }
  thread_ = std::thread([this] { Run(); });
}

Worker::~Worker() {
  stopping_ = true;
  thread_.join();
}

bool Worker::Send(bool late) {
  CallSlot* slot = nullptr;
  if (!free_.Pop(slot)) return false;
  under_way_.fetch_add(1, std::memory_order_relaxed);
  slot->Start(late);
  return true;
}

void Worker::Collect(std::vector<Sample>& ended) {
  for (Sample sample; ended_.Pop(sample);) ended.push_back(sample);
}

void Worker::Run() {
  if (closed_loop_) {
    under_way_ = slots_.size();
    for (const auto& slot : slots_) slot->Start(false);
  }
  while (!stopping_) Next();
  const int64_t patience = SteadyNanoseconds() + kGraceNanoseconds;
  while (under_way_ > 0 && SteadyNanoseconds() < patience) Next();
  if (under_way_ > 0) CancelAll();
  while (under_way_ > 0) Next();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

void Worker::Next() {
  void* tag = nullptr;
  bool ok = false;
  const auto until = std::chrono::system_clock::now() + kNoticeStop;
  if (queue_.AsyncNext(&tag, &ok, until) == grpc::CompletionQueue::GOT_EVENT) OnEnd(*static_cast<CallSlot*>(tag));
}

void Worker::OnEnd(CallSlot& slot) {
  const Sample sample = slot.Finish();
  // Full only if nobody has collected for seconds. Then measuring has stopped, and calls may wait until it goes on.
  while (!ended_.Push(sample) && !stopping_) std::this_thread::yield();
  if (closed_loop_ && !stopping_) return slot.Start(false);
  under_way_.fetch_sub(1, std::memory_order_relaxed);
  if (!closed_loop_) free_.Push(&slot);
}

void Worker::CancelAll() {
  for (const auto& slot : slots_) slot->Cancel();
}

}  // namespace moduled::modulectl::bench
