// A state_dict on its way from a client: options, header, elements; then it is loaded.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "moduled/v1/admin.pb.h"
#include "proto/contract/admin.h"
#include "proto/contract/codec/state_dict_codec.h"
#include "server/access/caller.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

class StateDictUpload final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  // Without a caller it ends at once, with the reason why there is none.
  StateDictUpload(contract::Admin& admin, WorkerThread& worker, absl::StatusOr<std::shared_ptr<const Caller>> caller,
                  grpc::ByteBuffer* response, size_t max_message_bytes, size_t max_state_dict_bytes);

 private:
  void OnReadDone(bool ok) override;
  void OnDone() override { delete this; }

  absl::Status Take(const v1::LoadStateDictRequest& piece);
  // On the worker. The only caller of Finish once all pieces are here.
  void Load();
  absl::Status LoadInto();

  contract::Admin& admin_;
  WorkerThread& worker_;
  const absl::StatusOr<std::shared_ptr<const Caller>> caller_;
  grpc::ByteBuffer* const response_;
  const size_t max_bytes_;
  grpc::ByteBuffer piece_;
  bool has_options_ = false;
  contract::LoadStateDictCall call_;
  contract::StateDictAssembler assembler_;
};

}  // namespace moduled::server
