// How many bytes the messages of all calls together may take, from the arrival of a request until its reply was sent.
//
// The length of the queue bounds how many calls wait, not how large they are. Bytes are counted before a request is
// decoded: what is refused has cost nothing but its message.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace moduled::server {

class ByteAdmission;

// Bytes that are counted until it goes. Of one call; one thread at a time has it.
class AdmissionTicket {
 public:
  AdmissionTicket() = default;
  AdmissionTicket(AdmissionTicket&& other) noexcept;
  AdmissionTicket& operator=(AdmissionTicket&& other) noexcept;
  ~AdmissionTicket();

  // What a call that was admitted takes beyond its request: its reply is counted, and not refused.
  void Add(size_t bytes);

 private:
  friend class ByteAdmission;
  AdmissionTicket(ByteAdmission& admission, size_t bytes) : admission_(&admission), bytes_(bytes) {}

  ByteAdmission* admission_ = nullptr;  // Null: nothing is counted.
  size_t bytes_ = 0;
};

// Must outlive its tickets. Thread-safe.
class ByteAdmission {
 public:
  explicit ByteAdmission(size_t max_bytes) : max_bytes_(max_bytes) {}

  // RESOURCE_EXHAUSTED, at once, if there is no room for so many bytes. Otherwise `ticket` counts them.
  absl::Status Admit(size_t bytes, AdmissionTicket& ticket);

  // Replies may take it beyond max_bytes().
  size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  size_t max_bytes() const { return max_bytes_; }
  // Requests, since the start.
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  friend class AdmissionTicket;

  const size_t max_bytes_;
  // They order nothing else: what is counted is handed over by other means.
  std::atomic<size_t> in_flight_ = 0;
  std::atomic<uint64_t> refused_ = 0;
};

}  // namespace moduled::server
