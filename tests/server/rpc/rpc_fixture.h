// A server on a port of its own, and stubs that call it as any client would.
#pragma once

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "moduled/v1/admin.grpc.pb.h"
#include "moduled/v1/hooks.grpc.pb.h"
#include "moduled/v1/inference.grpc.pb.h"
#include "moduled/v1/introspection.grpc.pb.h"
#include "tests/server/support/local_server.h"

namespace moduled::server {

// Serves "tiny" and "shared".
class RpcTest : public ::testing::Test {
 protected:
  explicit RpcTest(RpcOptions rpc = {}, const testing::LocalServerOptions& options = {})
      : local_(directory_, options), server_(testing::Listen(local_, rpc)) {
    directory_.Add("tiny", testing::kTinyModel);
    directory_.Add("shared", testing::kSharedModel);
    EXPECT_TRUE(local_.admin.LoadAll()->empty());
    Connect();
  }

  void Connect() {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel_ = grpc::CreateCustomChannel(server_->address(), grpc::InsecureChannelCredentials(), arguments);
    introspection_ = v1::Introspection::NewStub(channel_);
    inference_ = v1::Inference::NewStub(channel_);
    hooks_ = v1::Hooks::NewStub(channel_);
    admin_ = v1::Admin::NewStub(channel_);
  }

  // Bytes in, bytes out.
  std::pair<grpc::Status, std::string> CallRaw(const std::string& method, absl::string_view request) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::Slice slice(request.data(), request.size());
    const grpc::ByteBuffer bytes(&slice, 1);
    grpc::ByteBuffer reply;
    grpc::Status status;
    absl::Notification done;
    stub.UnaryCall(&context, method, {}, &bytes, &reply, [&](grpc::Status ended) {
      status = std::move(ended);
      done.Notify();
    });
    done.WaitForNotification();
    std::string text;
    grpc::Slice single;
    if (status.ok() && reply.DumpToSingleSlice(&single).ok()) {
      text.assign(reinterpret_cast<const char*>(single.begin()), single.size());
    }
    return {status, text};
  }

  // x of shape [rows, 3] for "tiny" and "shared".
  static v1::ForwardRequest ForwardRequest(const std::string& model, int64_t rows = 1) {
    v1::ForwardRequest request;
    request.mutable_model()->set_name(model);
    v1::Tensor& tensor = *request.add_inputs()->mutable_tensor();
    tensor.set_dtype(v1::FLOAT32);
    tensor.add_shape(rows);
    tensor.add_shape(3);
    tensor.set_data(std::string(static_cast<size_t>(rows) * 12, '\0'));
    return request;
  }
  grpc::Status Forward(const v1::ForwardRequest& request, v1::ForwardResponse* response = nullptr) {
    grpc::ClientContext context;
    v1::ForwardResponse ignored;
    return inference_->Forward(&context, request, response != nullptr ? response : &ignored);
  }
  void ExpectStillServing() {
    const grpc::Status status = Forward(ForwardRequest("tiny"));
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  testing::TemporaryRepository directory_;
  testing::LocalServer local_;
  std::unique_ptr<RpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Introspection::Stub> introspection_;
  std::unique_ptr<v1::Inference::Stub> inference_;
  std::unique_ptr<v1::Hooks::Stub> hooks_;
  std::unique_ptr<v1::Admin::Stub> admin_;
};

// Code and text of a call's end.
inline ::testing::Matcher<const grpc::Status&> IsError(grpc::StatusCode code,
                                                       const ::testing::Matcher<std::string>& text) {
  return ::testing::AllOf(::testing::Property("code", &grpc::Status::error_code, code),
                          ::testing::Property("text", &grpc::Status::error_message, text));
}

}  // namespace moduled::server
