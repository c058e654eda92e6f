// Bytes -> an inference of the Open Inference Protocol that its caller may ask for: for one call, and for a stream.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/access/caller.h"
#include "server/open_inference/infer.h"

namespace moduled::server {

// The context of the call is not part of the bytes. `admitted` says whether there is room for the call. `id`, if given,
// is told also when the request is refused: it is parsed for that.
absl::StatusOr<open_inference::InferCall> DecodeInfer(const grpc::ByteBuffer& bytes,
                                                      const absl::StatusOr<std::shared_ptr<const Caller>>& caller,
                                                      const absl::Status& admitted, std::string* id = nullptr);

}  // namespace moduled::server
