// The server as its clients see it: calls, streams, limits, health, reflection, and the end.
#include "server/rpc/rpc_server.h"

#include <grpcpp/completion_queue.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "proto/contract/codec/state_dict_codec.h"
#include "tests/server/rpc/rpc_fixture.h"

namespace moduled::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RpcServerTest : public RpcTest {
 protected:
  RpcServerTest() : RpcTest({.max_message_bytes = 1 << 16}, {.scheduler = {.threads = 1, .max_queue = 1}}) {}

  // grpc.health.v1: the state of a service, or the error.
  std::pair<grpc::StatusCode, int> Health(const std::string& service) {
    const auto [status, reply] =
        CallRaw("/grpc.health.v1.Health/Check",
                absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service));
    return {status.error_code(), reply.size() == 2 ? reply[1] : 0};
  }

  static constexpr int kServing = 1;
  static constexpr int kNotServing = 2;
};

TEST_F(RpcServerTest, AnswersForward) {
  v1::ForwardResponse response;
  v1::ForwardRequest request = ForwardRequest("tiny", 2);
  request.add_hooks()->set_glob("**");
  request.add_hooks()->set_type("Conv2d");
  ASSERT_TRUE(Forward(request, &response).ok());
  EXPECT_EQ(response.model().version(), "1");
  EXPECT_THAT(response.output().tensor().shape(), ElementsAre(2, 2));
  ASSERT_EQ(response.events_size(), 3);
  EXPECT_EQ(response.events(2).path(), "");
  EXPECT_EQ(response.events(2).output().tensor().data(), response.output().tensor().data());
  ASSERT_EQ(response.unfired_size(), 1);
  EXPECT_EQ(response.unfired(0).hook().type(), "Conv2d");
}

TEST_F(RpcServerTest, StreamsEventsAndTheReplyLast) {
  v1::ForwardRequest request = ForwardRequest("tiny");
  request.add_hooks()->set_glob("**");
  grpc::ClientContext context;
  const auto reader = inference_->ForwardStream(&context, request);
  std::vector<std::string> paths;
  std::optional<v1::ForwardResponse> reply;
  for (v1::ForwardStreamResponse message; reader->Read(&message);) {
    EXPECT_FALSE(reply.has_value());
    if (message.has_event()) paths.push_back(message.event().path());
    if (message.has_response()) reply = message.response();
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_THAT(paths, ElementsAre("0", "1", ""));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->events_size(), 0);
  EXPECT_TRUE(reply->output().has_tensor());
}

TEST_F(RpcServerTest, SendsAStateDictAndTakesItBack) {
  v1::StateDictRequest request;
  request.mutable_model()->set_name("tiny");
  grpc::ClientContext get;
  const auto reader = introspection_->StateDict(&get, request);
  contract::StateDictAssembler assembler(1 << 20);
  for (v1::StateDictChunk chunk; reader->Read(&chunk);) {
    EXPECT_TRUE((chunk.has_header() ? assembler.Begin(chunk.header()) : assembler.Add(chunk.data())).ok());
  }
  ASSERT_TRUE(reader->Finish().ok());
  EXPECT_EQ(assembler.model().version, "1");
  auto state_dict = assembler.Finish();
  ASSERT_TRUE(state_dict.ok()) << state_dict.status();

  grpc::ClientContext put;
  v1::LoadStateDictResponse response;
  const auto writer = admin_->LoadStateDict(&put, &response);
  contract::StateDictSender sender({}, *state_dict);
  v1::LoadStateDictRequest piece;
  piece.mutable_options()->mutable_model()->set_name("tiny");
  writer->Write(piece);
  sender.EncodeHeader(*piece.mutable_header());
  writer->Write(piece);
  while (sender.Next(*piece.mutable_data())) writer->Write(piece);
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.model().version(), "2");
}

TEST_F(RpcServerTest, LimitsMessagesInBothDirections) {
  EXPECT_EQ(Forward(ForwardRequest("tiny", 10'000)).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  v1::ForwardRequest request = ForwardRequest("tiny", 4'000);
  request.add_hooks()->set_glob("**");
  EXPECT_THAT(Forward(request),
              IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, HasSubstr("reply: too large for one message (got")));
  ExpectStillServing();
}

TEST_F(RpcServerTest, RefusesAFullQueueAtOnceAndHonoursDeadlinesInIt) {
  absl::Notification started, release;
  local_.scheduler.Submit({.context = {},
                           .run =
                               [&](const ComputeShare&) {
                                 started.Notify();
                                 release.WaitForNotification();
                               },
                           .refuse = [](const absl::Status& status) { FAIL() << status; }});
  started.WaitForNotification();
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::InfiniteFuture()));
  v1::ForwardResponse response;
  absl::Notification cancelled;
  const v1::ForwardRequest request = ForwardRequest("tiny");
  inference_->async()->Forward(&context, &request, &response, [&](const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
    cancelled.Notify();
  });
  while (local_.scheduler.queued() == 0) std::this_thread::yield();
  EXPECT_THAT(Forward(request), IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, HasSubstr("the queue is full")));
  context.TryCancel();
  cancelled.WaitForNotification();

  // The place of the call that was cancelled is free again, once its server has heard of it.
  grpc::Status late;
  do {
    grpc::ClientContext short_lived;
    short_lived.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(20)));
    late = inference_->Forward(&short_lived, request, &response);
  } while (late.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(late.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  release.Notify();
  while (local_.scheduler.queued() != 0) std::this_thread::yield();
  ExpectStillServing();
}

TEST_F(RpcServerTest, TellsHealthByServerAndByModel) {
  server_->SetServing("tiny", true);
  EXPECT_EQ(Health(""), std::make_pair(grpc::StatusCode::OK, kServing));
  EXPECT_EQ(Health("tiny"), std::make_pair(grpc::StatusCode::OK, kServing));
  EXPECT_EQ(Health("unknown").first, grpc::StatusCode::NOT_FOUND);
  server_->SetServing("tiny", false);
  EXPECT_EQ(Health("tiny"), std::make_pair(grpc::StatusCode::OK, kNotServing));
  server_->StopServing();
  server_->SetServing("tiny", true);
  EXPECT_EQ(Health(""), std::make_pair(grpc::StatusCode::OK, kNotServing));
  EXPECT_EQ(Health("tiny"), std::make_pair(grpc::StatusCode::OK, kNotServing));
}

TEST_F(RpcServerTest, ListsItsServicesByReflection) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call =
      stub.PrepareCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  const auto wait = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  call->StartCall(nullptr);
  ASSERT_TRUE(wait());
  const grpc::Slice list_services("\x3a\x00", 2);
  call->Write(grpc::ByteBuffer(&list_services, 1), nullptr);
  ASSERT_TRUE(wait());
  grpc::ByteBuffer reply;
  call->Read(&reply, nullptr);
  ASSERT_TRUE(wait());
  grpc::Slice slice;
  ASSERT_TRUE(reply.DumpToSingleSlice(&slice).ok());
  const std::string text(reinterpret_cast<const char*>(slice.begin()), slice.size());
  for (const char* service : {"moduled.v1.Introspection", "moduled.v1.Inference", "moduled.v1.Hooks",
                              "moduled.v1.Admin", "grpc.reflection.v1alpha.ServerReflection"}) {
    EXPECT_THAT(text, HasSubstr(service));
  }
  context.TryCancel();
  queue.Shutdown();
  void* tag = nullptr;
  for (bool ok = false; queue.Next(&tag, &ok);) {
  }
}

TEST_F(RpcServerTest, SaysSoWhenThePortIsInUse) {
  const auto second = RpcServer::Start({local_.introspection, local_.inference, local_.hub, local_.admin,
                                        local_.open_inference, local_.access, local_.admission},
                                       {.listen = server_->address()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("cannot listen on " + server_->address()));
  ExpectStillServing();
}

TEST_F(RpcServerTest, FinishesWhatRunsWhenItIsShutDown) {
  absl::Notification started, release, answered;
  local_.scheduler.Submit({.context = {},
                           .run =
                               [&](const ComputeShare&) {
                                 started.Notify();
                                 release.WaitForNotification();
                               },
                           .refuse = [](const absl::Status& status) { FAIL() << status; }});
  started.WaitForNotification();
  grpc::ClientContext context;
  v1::ForwardResponse response;
  const v1::ForwardRequest request = ForwardRequest("tiny");
  inference_->async()->Forward(&context, &request, &response, [&](const grpc::Status& status) {
    EXPECT_TRUE(status.ok()) << status.error_message();
    answered.Notify();
  });
  while (local_.scheduler.queued() == 0) std::this_thread::yield();
  local_.scheduler.Drain();
  EXPECT_THAT(Forward(request), IsError(grpc::StatusCode::UNAVAILABLE, "the server is shutting down"));
  std::thread shutdown([&] { server_->Shutdown(absl::InfiniteFuture()); });
  release.Notify();
  answered.WaitForNotification();
  shutdown.join();
  EXPECT_EQ(Forward(request).error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace moduled::server
