// A state_dict on its way to a client: the header, then the elements. The tensors stay the model's own.
#pragma once

#include <cstddef>

#include "proto/contract/codec/state_dict_codec.h"
#include "server/rpc/outgoing_stream.h"

namespace moduled::server {

class StateDictStream final : public OutgoingStream {
 public:
  static OutgoingStream* Create(contract::StateDictReply reply, size_t max_message_bytes);
  StateDictStream(contract::StateDictReply reply, size_t max_message_bytes)
      : sender_(std::move(reply.model), std::move(reply.state_dict)), max_bytes_(max_message_bytes) {}

 private:
  Step Next() override;

  contract::StateDictSender sender_;
  const size_t max_bytes_;
  bool sent_header_ = false;
};

}  // namespace moduled::server
