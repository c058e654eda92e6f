// The end of a call: whoever has its answer gives it here, once; its caller gets it, and the record of it goes to those
// who count and log.
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "proto/contract/inference.h"
#include "server/scheduling/request_record.h"

namespace moduled::server {

// Of one call; one thread at a time has it.
class CallEnd {
 public:
  // `sink` may be empty, and must outlive the call.
  CallEnd(const RecordSink& sink, contract::Inference::Done done) : sink_(sink), done_(std::move(done)) {}

  // For whoever knows more of the call, before its end.
  RequestRecord& record() { return record_; }

  void operator()(absl::StatusOr<contract::ForwardReply> reply);

 private:
  const RecordSink& sink_;
  contract::Inference::Done done_;
  RequestRecord record_;
};

// The bytes of all tensors in it.
size_t BytesOf(const nn::CallData& arguments);

}  // namespace moduled::server
