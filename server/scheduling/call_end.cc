#include "server/scheduling/call_end.h"

#include "absl/time/clock.h"

namespace moduled::server {

void CallEnd::operator()(absl::StatusOr<contract::ForwardReply> reply) {
  if (sink_) {
    record_.status = reply.status();
    record_.total = absl::Now() - record_.received;
    if (reply.ok()) {
      ForEachLeaf(reply->output, [&](const nn::Tensor& tensor) { record_.output_bytes += tensor.byte_size(); });
    }
    sink_(record_);
  }
  std::move(done_)(std::move(reply));
}

size_t BytesOf(const nn::CallData& arguments) {
  size_t bytes = 0;
  const auto add = [&](const nn::Tensor& tensor) { bytes += tensor.byte_size(); };
  for (const nn::Datum& arg : arguments.args) ForEachLeaf(arg, add);
  for (const auto& [name, arg] : arguments.kwargs) ForEachLeaf(arg, add);
  return bytes;
}

}  // namespace moduled::server
