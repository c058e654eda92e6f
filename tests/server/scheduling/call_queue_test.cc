#include "server/scheduling/call_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"

namespace moduled::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Jobs are told apart by the numbers of threads that they want.
Job JobOf(int name, QueueTerms terms = {}) {
  Job job;
  job.threads = name;
  job.terms = terms;
  return job;
}

class CallQueueTest : public ::testing::Test {
 protected:
  int Next() {
    Job job = queue_.TakeNext();
    queue_.Ended(job.terms);
    return *job.threads;
  }
  std::vector<int> Order() {
    std::vector<int> order;
    while (!queue_.empty()) order.push_back(Next());
    return order;
  }
  static std::vector<int> Names(const std::vector<Job>& jobs) {
    std::vector<int> names;
    for (const Job& job : jobs) names.push_back(*job.threads);
    return names;
  }

  const int one_ = 0;
  const int other_ = 0;
  CallQueue queue_;
};

TEST_F(CallQueueTest, ServesTheCallsOfAModelInTheOrderOfTheirComing) {
  for (const int name : {3, 1, 2}) queue_.Push(JobOf(name, {.model = &one_}), absl::Now());
  EXPECT_THAT(Order(), ElementsAre(3, 1, 2));
}

TEST_F(CallQueueTest, LetsModelsTakeTurns) {
  for (const int name : {1, 2, 3}) queue_.Push(JobOf(name, {.model = &one_}), absl::Now());
  for (const int name : {11, 12}) queue_.Push(JobOf(name, {.model = &other_}), absl::Now());
  EXPECT_THAT(Order(), ElementsAre(1, 11, 2, 12, 3)) << "a model with many calls does not keep the others waiting";
}

TEST_F(CallQueueTest, ServesTheLowestPriorityNumberFirst) {
  queue_.Push(JobOf(1, {.model = &one_, .priority = 2}), absl::Now());
  queue_.Push(JobOf(2, {.model = &one_, .priority = 1}), absl::Now());
  queue_.Push(JobOf(3, {.model = &one_, .priority = 2}), absl::Now());
  EXPECT_THAT(Order(), ElementsAre(2, 1, 3));
}

TEST_F(CallQueueTest, HoldsAModelToItsInstances) {
  const QueueTerms terms{.model = &one_, .max_running = 1};
  queue_.Push(JobOf(1, terms), absl::Now());
  queue_.Push(JobOf(2, terms), absl::Now());
  queue_.Push(JobOf(3, {.model = &other_}), absl::Now());
  EXPECT_EQ(*queue_.TakeNext().threads, 1);
  EXPECT_EQ(Next(), 3) << "others do not wait for it";
  EXPECT_EQ(queue_.Next(), nullptr);
  queue_.Ended(terms);
  EXPECT_EQ(Next(), 2);
}

TEST_F(CallQueueTest, IsFullForAModelAndPriorityAlone) {
  const QueueTerms terms{.model = &one_, .priority = 1, .max_waiting = 2};
  EXPECT_FALSE(queue_.IsFullFor(terms));
  queue_.Push(JobOf(1, terms), absl::Now());
  queue_.Push(JobOf(2, terms), absl::Now());
  EXPECT_TRUE(queue_.IsFullFor(terms));
  EXPECT_FALSE(queue_.IsFullFor({.model = &one_, .priority = 2, .max_waiting = 2}));
  EXPECT_FALSE(queue_.IsFullFor({.model = &other_, .priority = 1, .max_waiting = 2}));
  Next();
  EXPECT_FALSE(queue_.IsFullFor(terms));
}

TEST_F(CallQueueTest, RefusesWhatHasWaitedForTooLongAndDelaysWhatMayBe) {
  const absl::Time now = absl::Now();
  queue_.Push(JobOf(1, {.model = &one_, .timeout = absl::Seconds(1)}), now);
  queue_.Push(JobOf(2, {.model = &one_, .timeout = absl::Seconds(1), .delay = true}), now);
  queue_.Push(JobOf(3, {.model = &one_}), now);
  EXPECT_EQ(queue_.NextDeath(), now + absl::Seconds(1));
  EXPECT_THAT(queue_.TakeDead(now), IsEmpty());
  const auto dead = queue_.TakeDead(now + absl::Seconds(1));
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(*dead[0].first.threads, 1);
  EXPECT_EQ(dead[0].second, absl::DeadlineExceededError("the call has waited for 1s in the queue"));
  EXPECT_EQ(queue_.NextDeath(), absl::InfiniteFuture());
  EXPECT_THAT(Order(), ElementsAre(3, 2));
}

TEST_F(CallQueueTest, TakesOutWhatNobodyWaitsFor) {
  std::stop_source gone;
  Job job = JobOf(1);
  job.context.cancelled = gone.get_token();
  queue_.Push(std::move(job), absl::Now());
  const uint64_t number = queue_.Push(JobOf(2), absl::Now());
  gone.request_stop();
  const auto dead = queue_.TakeDead(absl::Now());
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].second.code(), absl::StatusCode::kCancelled);
  EXPECT_NE(queue_.Find(number), nullptr);
  EXPECT_EQ(*queue_.Take(number)->threads, 2);
  EXPECT_EQ(queue_.Find(number), nullptr);
  EXPECT_FALSE(queue_.Take(number).has_value());
}

// Calls that fit are of the same colour.
Job Colored(int name, const void* model, int color, int64_t rows, int64_t max_rows) {
  Job job = JobOf(name, {.model = model});
  job.together.emplace();
  job.together->call = std::make_shared<int>(color);
  job.together->rows = rows;
  job.together->max_rows = max_rows;
  job.together->fit = [](const void* a, const void* b) {
    return *static_cast<const int*>(a) == *static_cast<const int*>(b);
  };
  return job;
}

TEST_F(CallQueueTest, TakesCallsAlongThatMayRunAsOneAsFarAsThereIsRoom) {
  queue_.Push(Colored(1, &one_, 7, 2, 8), absl::Now());
  queue_.Push(Colored(2, &one_, 8, 1, 8), absl::Now());
  queue_.Push(Colored(3, &one_, 7, 3, 8), absl::Now());
  queue_.Push(Colored(4, &one_, 7, 4, 8), absl::Now());
  queue_.Push(Colored(5, &other_, 7, 1, 8), absl::Now());
  queue_.Push(JobOf(6, {.model = &one_}), absl::Now());
  queue_.Push(Colored(7, &one_, 7, 1, 8), absl::Now());
  const Job first = queue_.TakeNext();
  EXPECT_EQ(*first.threads, 1);
  EXPECT_EQ(queue_.RowsOfCompanions(first), 4);
  EXPECT_THAT(Names(queue_.TakeCompanions(first)), ElementsAre(3, 7)) << "four rows more would be too many";
  queue_.Ended(first.terms);
  EXPECT_THAT(Order(), ElementsAre(5, 2, 4, 6));
}

}  // namespace
}  // namespace moduled::server
