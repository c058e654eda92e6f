#include "client/modulectl/bench/call_slot.h"

#include "absl/time/clock.h"

namespace moduled::modulectl::bench {

CallSlot::CallSlot(const Target& target, grpc::GenericStub& stub, grpc::CompletionQueue& queue, size_t first_request)
    : target_(target), stub_(stub), queue_(queue), next_request_(first_request) {}

void CallSlot::Start(bool late) {
  context_.emplace();
  context_->set_deadline(absl::ToChronoTime(absl::Now() + target_.timeout));
  const grpc::ByteBuffer& request = target_.requests[next_request_ % target_.requests.size()];
  ++next_request_;
  sample_ = {.sent = SteadyNanoseconds(), .late = late};
  reader_ = stub_.PrepareUnaryCall(&*context_, target_.method, request, &queue_);
  reader_->StartCall();
  reader_->Finish(&response_, &status_, this);
}

Sample CallSlot::Finish() {
  sample_.ended = SteadyNanoseconds();
  sample_.code = static_cast<int>(status_.error_code());
  response_.Clear();
  return sample_;
}

void CallSlot::Cancel() {
  if (context_.has_value()) context_->TryCancel();
}

}  // namespace moduled::modulectl::bench
