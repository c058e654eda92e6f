#include "server/hooks/event_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace moduled::server {
namespace {

constexpr size_t kPlenty = size_t{1} << 30;

// An event that says its number, with a tensor of `elements` bytes.
std::shared_ptr<const contract::HookEvent> Event(int number, int64_t elements = 0) {
  auto event = std::make_shared<contract::HookEvent>();
  event->call_index = number;
  event->output = nn::Datum(*nn::Tensor::Zeros({nn::DType::kUInt8, {elements}}));
  return event;
}

contract::HookEvent PopOne(EventQueue& queue) {
  auto event = queue.TryPop();
  EXPECT_TRUE(event.ok() && event->has_value());
  return **std::move(event);
}

TEST(EventQueue, HandsEventsOutInOrderWithTheirNumbers) {
  EventQueue queue(4, kPlenty);
  for (int i = 0; i < 3; ++i) queue.Push(Event(i));
  for (int i = 0; i < 3; ++i) {
    const contract::HookEvent event = PopOne(queue);
    EXPECT_EQ(event.call_index, i);
    EXPECT_EQ(event.sequence, i);
    EXPECT_EQ(event.dropped, 0u);
  }
  EXPECT_FALSE(queue.TryPop()->has_value());
}

TEST(EventQueue, DropsTheOldestWhenItIsFullAndSaysHowMany) {
  EventQueue queue(2, kPlenty);
  queue.Push(Event(0));
  EXPECT_EQ(PopOne(queue).sequence, 0u);
  for (int i = 1; i <= 5; ++i) queue.Push(Event(i));
  const contract::HookEvent first = PopOne(queue);
  EXPECT_EQ(first.sequence, 4u);
  EXPECT_EQ(first.dropped, 3u);
  const contract::HookEvent second = PopOne(queue);
  EXPECT_EQ(second.sequence, 5u);
  EXPECT_EQ(second.dropped, 0u);
  EXPECT_EQ(queue.counts().dropped, 3u);
  EXPECT_EQ(queue.counts().delivered, 3u);
}

TEST(EventQueue, IsBoundedInBytesToo) {
  EventQueue queue(1000, 10'000);
  for (int i = 0; i < 10; ++i) queue.Push(Event(i, 4000));
  EXPECT_EQ(queue.counts().queued, 2u);
  EXPECT_EQ(PopOne(queue).sequence, 8u);
}

TEST(EventQueue, DropsAnEventThatIsTooLargeByItselfAndKeepsTheOthers) {
  EventQueue queue(1000, 10'000);
  queue.Push(Event(0));
  queue.Push(Event(1, 20'000));
  queue.Push(Event(2));
  EXPECT_EQ(PopOne(queue).sequence, 0u);
  const contract::HookEvent after = PopOne(queue);
  EXPECT_EQ(after.sequence, 2u);
  EXPECT_EQ(after.dropped, 1u);
}

TEST(EventQueue, LetsGoOfTheTensorsThatItDrops) {
  EventQueue queue(1, kPlenty);
  auto event = Event(0, 100);
  const std::weak_ptr<const contract::HookEvent> weak = event;
  queue.Push(std::move(event));
  EXPECT_FALSE(weak.expired());
  queue.Push(Event(1));
  EXPECT_TRUE(weak.expired());
}

std::shared_ptr<const Transform> FirstElements(int64_t count) {
  return *Transform::Compile({contract::SliceStep{{{.stop = count}}}}, "hooks[0].transform");
}

TEST(EventQueue, TransformsAnEventWhenItIsTaken) {
  EventQueue queue(4, kPlenty);
  const auto event = Event(0, 100);
  queue.Push(event, FirstElements(3));
  queue.Push(event);
  EXPECT_EQ(PopOne(queue).output->As<nn::Tensor>()->numel(), 3);
  EXPECT_EQ(PopOne(queue).output->As<nn::Tensor>()->numel(), 100) << "others share the event";
}

TEST(EventQueue, EndsWhenATransformDoesNotFit) {
  EventQueue queue(4, kPlenty);
  auto event = std::make_shared<contract::HookEvent>();
  event->path = "a";
  event->output = nn::Datum(nn::Tensor::Scalar<float>(1));
  queue.Push(event, FirstElements(3));
  queue.Push(event);
  const absl::Status reason =
      absl::InvalidArgumentError("hooks[0].transform[0]: too many indices for tensor of dimension 0 (at a)");
  EXPECT_EQ(queue.TryPop().status(), reason);
  EXPECT_EQ(queue.TryPop().status(), reason);
}

TEST(EventQueue, CountsTheBytesOfGradients) {
  contract::HookEvent event;
  const size_t without = EventBytes(event);
  event.grad_input = {nn::Datum(*nn::Tensor::Zeros({nn::DType::kUInt8, {1000}}))};
  EXPECT_GE(EventBytes(event), without + 1000);
  event.grad_output = event.grad_input;
  EXPECT_GE(EventBytes(event), without + 2000);
}

TEST(EventQueue, AnswersNothingOnceTheDeadlineHasPassed) {
  EventQueue queue(1, kPlenty);
  const auto event = queue.Pop(absl::InfinitePast());
  ASSERT_TRUE(event.ok());
  EXPECT_FALSE(event->has_value());
}

TEST(EventQueue, WakesAReaderThatWaits) {
  EventQueue queue(1, kPlenty);
  std::thread writer([&] { queue.Push(Event(7)); });
  const auto event = queue.Pop(absl::InfiniteFuture());
  writer.join();
  ASSERT_TRUE(event.ok() && event->has_value());
  EXPECT_EQ((*event)->call_index, 7u);
}

TEST(EventQueue, EndsWithTheFirstReasonAndLosesWhatWaits) {
  EventQueue queue(4, kPlenty);
  queue.Push(Event(0));
  std::thread closer([&] {
    queue.Close(absl::UnavailableError("first"));
    queue.Close(absl::CancelledError("second"));
  });
  closer.join();
  queue.Push(Event(1));
  EXPECT_EQ(queue.Pop(absl::InfiniteFuture()).status(), absl::UnavailableError("first"));
  EXPECT_EQ(queue.TryPop().status(), absl::UnavailableError("first"));
  EXPECT_EQ(queue.counts().queued, 0u);
}

TEST(EventQueue, WakesWhoeverAskedToBeWoken) {
  EventQueue queue(4, kPlenty);
  int wakes = 0;
  queue.Push(Event(0));
  queue.SetWaker([&] { ++wakes; });
  EXPECT_EQ(wakes, 1) << "something was waiting already";
  queue.Push(Event(1));
  queue.Close(absl::CancelledError("over"));
  EXPECT_EQ(wakes, 3);
  queue.SetWaker({});
  queue.Push(Event(2));
  EXPECT_EQ(wakes, 3);
}

TEST(EventQueue, CountsEveryEventThatManyThreadsPush) {
  EventQueue queue(16, kPlenty);
  constexpr int kEach = 500;
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) queue.Push(Event(j));
    });
  }
  uint64_t seen = 0;
  uint64_t dropped = 0;
  while (seen + dropped < 4 * kEach) {
    const auto event = queue.Pop(absl::InfiniteFuture());
    ASSERT_TRUE(event.ok());
    ++seen;
    dropped += (*event)->dropped;
    EXPECT_EQ((*event)->sequence + 1, seen + dropped);
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(queue.counts().delivered + queue.counts().dropped, 4u * kEach);
}

}  // namespace
}  // namespace moduled::server
