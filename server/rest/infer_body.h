// The bodies of infer requests and replies: JSON, and the elements behind it as bytes where the binary tensor data
// extension is used.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "server/http/http_message.h"
#include "server/open_inference/infer.h"

namespace moduled::server::rest {

// JSON that is longer takes too much memory for what it says: the elements of large tensors go behind it.
inline constexpr size_t kMaxJsonBytes = size_t{32} << 20;
// Where the JSON ends and the elements begin.
inline constexpr char kJsonLengthHeader[] = "Inference-Header-Content-Length";

struct InferBody {
  open_inference::InferCall call;  // Without the model.
  bool all_binary = false;         // binary_data_output: outputs as bytes, unless they say otherwise.
  // By the name of an output that was asked for: whether it is to come as bytes.
  std::map<std::string, bool> binary;
};

// `json_length`: the header's value; empty if the whole body is JSON. INVALID_ARGUMENT names the field that is wrong.
absl::StatusOr<InferBody> ParseInfer(const std::string& body, const std::string& json_length);

absl::StatusOr<HttpReply> InferReplyOf(const open_inference::InferReply& reply, const InferBody& request);

}  // namespace moduled::server::rest
