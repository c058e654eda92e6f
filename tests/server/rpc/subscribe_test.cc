// Subscriptions over the wire: what arrives, and what a reader that does not read costs.
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/rpc/rpc_fixture.h"

namespace moduled::server {
namespace {

using ::testing::ElementsAre;

class SubscribeTest : public RpcTest {
 protected:
  SubscribeTest()
      : RpcTest({.heartbeat = absl::Milliseconds(5)}, {.hub = {.max_subscriptions = 64, .max_queue_bytes = 8 << 20}}) {}

  static v1::SubscribeRequest Request(const std::string& model, const std::string& path) {
    v1::SubscribeRequest request;
    request.mutable_model()->set_name(model);
    request.add_hooks()->set_path(path);
    return request;
  }
  // The next message that is not a heartbeat.
  static std::optional<v1::SubscribeResponse> Read(grpc::ClientReader<v1::SubscribeResponse>& reader) {
    v1::SubscribeResponse response;
    while (reader.Read(&response)) {
      if (!response.has_heartbeat()) return response;
    }
    return std::nullopt;
  }
  std::vector<v1::SubscriptionInfo> List() {
    grpc::ClientContext context;
    v1::ListSubscriptionsResponse response;
    EXPECT_TRUE(hooks_->ListSubscriptions(&context, {}, &response).ok());
    return {response.subscriptions().begin(), response.subscriptions().end()};
  }
};

// Bytes of memory that the process has.
size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  file >> total >> resident;
  return resident * 4096;
}

TEST_F(SubscribeTest, SaysWhatItSelectsAndThenWhatOthersRequestsShow) {
  grpc::ClientContext context;
  const auto reader = hooks_->Subscribe(&context, Request("shared", "b"));
  const auto first = Read(*reader);
  ASSERT_TRUE(first.has_value() && first->has_subscribed());
  EXPECT_THAT(first->subscribed().paths(), ElementsAre("a"));

  v1::ForwardRequest request = ForwardRequest("shared");
  request.set_request_id("mine");
  ASSERT_TRUE(Forward(request).ok());
  for (const char* called_as : {"a", "b"}) {
    const auto message = Read(*reader);
    ASSERT_TRUE(message.has_value() && message->has_event());
    EXPECT_EQ(message->event().path(), "a");
    EXPECT_EQ(message->event().called_as(), called_as);
    EXPECT_EQ(message->event().request_id(), "mine");
    EXPECT_EQ(message->event().replica(), "test");
    EXPECT_EQ(message->event().output().tensor().shape_size(), 2);
  }
  context.TryCancel();
}

TEST_F(SubscribeTest, GivesASignOfLifeWhileNothingHappens) {
  grpc::ClientContext context;
  const auto reader = hooks_->Subscribe(&context, Request("tiny", "0"));
  v1::SubscribeResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_TRUE(response.has_subscribed());
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_TRUE(response.has_heartbeat());
  context.TryCancel();
}

TEST_F(SubscribeTest, IsOverWhenTheSubscriberGoes) {
  {
    grpc::ClientContext context;
    const auto reader = hooks_->Subscribe(&context, Request("tiny", "0"));
    ASSERT_TRUE(Read(*reader).has_value());
    EXPECT_EQ(List().size(), 1u);
    context.TryCancel();
  }
  while (!List().empty()) std::this_thread::yield();
  ExpectStillServing();
}

TEST_F(SubscribeTest, NeitherSlowsNorBlocksForwardNorGrowsWhenNobodyReads) {
  directory_.Add("wide", "relu {}");
  ASSERT_TRUE(local_.admin.LoadModel({.model = {"wide", ""}}).ok());
  v1::SubscribeRequest subscribe = Request("wide", "");
  subscribe.set_queue_size(65536);
  grpc::ClientContext context;
  const auto reader = hooks_->Subscribe(&context, subscribe);
  ASSERT_TRUE(Read(*reader).has_value());

  // 1 MiB in, 1 MiB out: the queue's 8 MiB are full after four, gRPC's windows soon after.
  const v1::ForwardRequest request = ForwardRequest("wide", 87382);
  ASSERT_TRUE(Forward(request).ok());
  const size_t before = ResidentBytes();
  constexpr uint64_t kForwards = 200;
  for (uint64_t i = 1; i < kForwards; ++i) ASSERT_TRUE(Forward(request).ok());

  const auto info = List();
  ASSERT_EQ(info.size(), 1u);
  EXPECT_LE(info[0].queued(), 4u);
  EXPECT_GT(info[0].dropped(), kForwards / 2);
  EXPECT_EQ(info[0].delivered() + info[0].dropped() + info[0].queued(), kForwards);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(ResidentBytes(), before + (100 << 20)) << "of the 400 MiB that went by";
#else
  static_cast<void>(before);  // Sanitizers keep what was freed.
#endif

  // Whoever reads again learns how many it missed.
  uint64_t sequence = 0;
  uint64_t missed = 0;
  while (sequence + 1 < kForwards) {
    const auto message = Read(*reader);
    ASSERT_TRUE(message.has_value() && message->has_event());
    missed += message->event().dropped();
    sequence = message->event().sequence();
  }
  EXPECT_EQ(missed, List()[0].dropped());
  context.TryCancel();
}

TEST_F(SubscribeTest, ServesManyThatComeAndGoWhileModelsRun) {
  std::vector<std::thread> subscribers;
  for (int i = 0; i < 3; ++i) {
    subscribers.emplace_back([&] {
      for (int j = 0; j < 20; ++j) {
        grpc::ClientContext context;
        const auto reader = hooks_->Subscribe(&context, Request("tiny", "0"));
        EXPECT_TRUE(Read(*reader).has_value());
        context.TryCancel();
        EXPECT_FALSE(reader->Finish().ok());
      }
    });
  }
  for (int i = 0; i < 100; ++i) ExpectStillServing();
  for (std::thread& subscriber : subscribers) subscriber.join();
  while (!List().empty()) std::this_thread::yield();
}

TEST_F(SubscribeTest, EndsWithAReasonWhenTheServerGoes) {
  grpc::ClientContext context;
  const auto reader = hooks_->Subscribe(&context, Request("tiny", "0"));
  ASSERT_TRUE(Read(*reader).has_value());
  local_.hub.CloseAll(absl::UnavailableError("the server is shutting down"));
  const auto last = Read(*reader);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->ended().resume_token(), "1.0.0");
  EXPECT_FALSE(Read(*reader).has_value());
  EXPECT_THAT(reader->Finish(), IsError(grpc::StatusCode::UNAVAILABLE, "the server is shutting down"));
}

}  // namespace
}  // namespace moduled::server
