// absl::Status <-> grpc::Status: the same codes, the same text.
#pragma once

#include <grpcpp/support/status.h>

#include <cstddef>

#include "absl/status/status.h"

namespace moduled::contract {

// A status travels in the trailers, percent-encoded, and gRPC refuses trailers of more than 8 KiB altogether: the
// caller would get neither the code nor the text. Longer texts are cut here and say so.
inline constexpr size_t kMaxEncodedStatusBytes = 6 << 10;

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace moduled::contract
