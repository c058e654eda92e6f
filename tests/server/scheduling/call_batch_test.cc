// Calls that run as one, through LocalInference.
#include "server/scheduling/call_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "server/scheduling/local_inference.h"
#include "server/scheduling/served_trees.h"
#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

// One executor, which a blocker holds while calls come.
class CallBatchTest : public ::testing::Test {
 protected:
  CallBatchTest() {
    directory_.Add("tiny", testing::kTinyModel);
    store_.SetReady(*LoadedModel::Load(directory_.Open(), "tiny", 1, {.max_batch_size = 8}));
  }

  void Block() {
    absl::Notification started;
    scheduler_.Submit({.context = {},
                       .run =
                           [&](const ComputeShare&) {
                             started.Notify();
                             release_.WaitForNotification();
                           },
                       .refuse = [](absl::Status status) { FAIL() << status; }});
    started.WaitForNotification();
  }

  static nn::Tensor Rows(int64_t rows, float first) {
    nn::Tensor tensor = *nn::Tensor::Allocate({nn::DType::kFloat32, {rows, 3}});
    for (int64_t i = 0; i < rows * 3; ++i) tensor.mutable_elements<float>()[i] = first + static_cast<float>(i);
    return tensor;
  }

  struct Waiting {
    absl::Notification done;
    absl::StatusOr<contract::ForwardReply> reply = absl::UnknownError("");
  };
  std::unique_ptr<Waiting> Submit(nn::Tensor tensor, contract::CallContext context = {},
                                  std::vector<contract::Hook> hooks = {}) {
    auto waiting = std::make_unique<Waiting>();
    contract::ForwardCall call;
    call.model.name = "tiny";
    call.arguments.args = {nn::Datum(std::move(tensor))};
    call.hooks = std::move(hooks);
    call.context = std::move(context);
    inference_.Forward(std::move(call), [at = waiting.get()](absl::StatusOr<contract::ForwardReply> reply) {
      at->reply = std::move(reply);
      at->done.Notify();
    });
    return waiting;
  }
  static std::vector<float> OutputOf(Waiting& waiting) {
    waiting.done.WaitForNotification();
    EXPECT_TRUE(waiting.reply.ok()) << waiting.reply.status();
    const auto elements = waiting.reply->output.As<nn::Tensor>()->elements<float>();
    return {elements.begin(), elements.end()};
  }
  // What the tensor gives when nothing else waits.
  std::vector<float> Alone(const nn::Tensor& tensor) {
    auto waiting = Submit(tensor);
    return OutputOf(*waiting);
  }
  std::vector<RequestRecord> records() {
    absl::MutexLock lock(&mutex_);
    return records_;
  }

  testing::TemporaryRepository directory_;
  ModelStore store_;
  SubscriptionHub hub_{ServedTreesOf(store_), {}};
  absl::Mutex mutex_;
  std::vector<RequestRecord> records_;
  absl::Notification release_;
  Scheduler scheduler_{{.threads = 1, .max_queue = 64}};
  LocalInference inference_{store_, hub_, scheduler_, {.replica = "r", .on_end = [this](const RequestRecord& record) {
                                                         absl::MutexLock lock(&mutex_);
                                                         records_.push_back(record);
                                                       }}};
};

void ExpectNear(const std::vector<float>& got, const std::vector<float>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-4) << i;
}

TEST_F(CallBatchTest, GivesEachCallWhatItsRowsGiveAlone) {
  const std::vector<nn::Tensor> inputs = {Rows(1, 0), Rows(2, -7), Rows(1, 40), Rows(3, 5)};
  std::vector<std::vector<float>> alone;
  for (const nn::Tensor& input : inputs) alone.push_back(Alone(input));
  Block();
  std::vector<std::unique_ptr<Waiting>> waiting;
  for (const nn::Tensor& input : inputs) waiting.push_back(Submit(input));
  release_.Notify();
  for (size_t i = 0; i < inputs.size(); ++i) ExpectNear(OutputOf(*waiting[i]), alone[i]);
  const auto ended = records();
  ASSERT_EQ(ended.size(), 8u);
  int leaders = 0;
  for (size_t i = 4; i < 8; ++i) {
    EXPECT_EQ(ended[i].batch_rows, 7);
    EXPECT_EQ(ended[i].rows, inputs[i - 4].shape()[0]);
    leaders += ended[i].leads_batch ? 1 : 0;
  }
  EXPECT_EQ(leaders, 1);
}

TEST_F(CallBatchTest, TakesNoMoreRowsThanItMay) {
  Block();
  std::vector<std::unique_ptr<Waiting>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(Submit(Rows(3, 0)));
  release_.Notify();
  for (const auto& each : waiting) EXPECT_EQ(OutputOf(*each).size(), 6u);
  std::vector<int64_t> rows;
  for (const RequestRecord& record : records()) rows.push_back(record.batch_rows);
  EXPECT_THAT(rows, ::testing::ElementsAre(6, 6, 3)) << "a third would make nine";
}

TEST_F(CallBatchTest, GoesOnForTheOthersWhenACallerGoes) {
  Block();
  std::stop_source gone;
  auto first = Submit(Rows(1, 0), {.cancelled = gone.get_token()});
  auto second = Submit(Rows(1, 5));
  gone.request_stop();
  ASSERT_TRUE(first->done.HasBeenNotified()) << "it is answered at once, and gives its place away";
  EXPECT_EQ(first->reply.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(scheduler_.queued(), 1u);
  release_.Notify();
  EXPECT_EQ(OutputOf(*second).size(), 2u);
}

TEST_F(CallBatchTest, RefusesABadCallWithoutTheOthers) {
  Block();
  auto good = Submit(Rows(1, 0));
  auto bad = Submit(*nn::Tensor::Zeros({nn::DType::kFloat32, {1, 4}}));
  bad->done.WaitForNotification();
  EXPECT_EQ(bad->reply.status().code(), absl::StatusCode::kInvalidArgument);
  release_.Notify();
  EXPECT_EQ(OutputOf(*good).size(), 2u);
}

TEST_F(CallBatchTest, LetsCallsWithHooksSeeTheirOwnRowsAlone) {
  Block();
  auto plain = Submit(Rows(1, 0));
  contract::Hook hook;
  hook.selector = "0";
  auto hooked = Submit(Rows(2, 3), {}, {hook});
  release_.Notify();
  EXPECT_EQ(OutputOf(*plain).size(), 2u);
  EXPECT_EQ(OutputOf(*hooked).size(), 4u);
  ASSERT_EQ(hooked->reply->events.size(), 1u);
  EXPECT_EQ(hooked->reply->events[0].output->As<nn::Tensor>()->shape(), (nn::Shape{2, 2}));
}

TEST_F(CallBatchTest, TakesTensorsInPieces) {
  const nn::Tensor flat = Rows(2, 11);
  const std::vector<float> alone = Alone(flat);
  const std::string bytes(static_cast<const char*>(flat.data()), flat.byte_size());
  absl::Cord cord;
  for (size_t at = 0; at < bytes.size(); at += 5) {
    auto piece = std::make_shared<std::string>(bytes.substr(at, 5) + std::string(600, 'x'));
    cord.Append(absl::MakeCordFromExternal(absl::string_view(*piece), [piece] {
                }).Subcord(0, std::min<size_t>(5, bytes.size() - at)));
  }
  const nn::Tensor pieces = *nn::Tensor::FromPieces(flat.spec(), cord);
  ASSERT_FALSE(pieces.is_flat());
  ExpectNear(Alone(pieces), alone);
  Block();
  auto first = Submit(Rows(1, 0));
  auto second = Submit(pieces);
  release_.Notify();
  OutputOf(*first);
  ExpectNear(OutputOf(*second), alone);
}

}  // namespace
}  // namespace moduled::server
