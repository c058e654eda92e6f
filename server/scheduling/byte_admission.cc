#include "server/scheduling/byte_admission.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace moduled::server {

AdmissionTicket::AdmissionTicket(AdmissionTicket&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

AdmissionTicket& AdmissionTicket::operator=(AdmissionTicket&& other) noexcept {
  std::swap(admission_, other.admission_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

AdmissionTicket::~AdmissionTicket() {
  if (admission_ != nullptr) admission_->in_flight_.fetch_sub(bytes_, std::memory_order_relaxed);
}

void AdmissionTicket::Add(size_t bytes) {
  if (admission_ == nullptr) return;
  bytes_ += bytes;
  admission_->in_flight_.fetch_add(bytes, std::memory_order_relaxed);
}

absl::Status ByteAdmission::Admit(size_t bytes, AdmissionTicket& ticket) {
  size_t others = in_flight();
  do {
    if (others <= max_bytes_ && bytes <= max_bytes_ - others) continue;
    refused_.fetch_add(1, std::memory_order_relaxed);
    if (bytes > max_bytes_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("message: too large (got ", bytes, " bytes, all calls together may take ", max_bytes_, ")"));
    }
    return absl::ResourceExhaustedError(absl::StrCat("too many bytes are in flight (", others, " of ", max_bytes_,
                                                     "; this call has ", bytes, "); try again later"));
  } while (!in_flight_.compare_exchange_weak(others, others + bytes, std::memory_order_relaxed));
  ticket = AdmissionTicket(*this, bytes);
  return absl::OkStatus();
}

}  // namespace moduled::server
