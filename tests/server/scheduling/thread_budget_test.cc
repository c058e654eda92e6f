#include "server/scheduling/thread_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace moduled::server {
namespace {

using ::testing::ElementsAre;

TEST(ThreadBudget, GivesAllThreadsToACallThatIsAlone) {
  ThreadBudget budget(8);
  EXPECT_EQ(budget.Take(0), 8);
  EXPECT_EQ(budget.Take(0), 0) << "they are taken";
  budget.Return(8);
  EXPECT_EQ(budget.Take(0), 8);
}

TEST(ThreadBudget, DividesThemBetweenCallsThatRunOrWait) {
  ThreadBudget budget(8);
  EXPECT_EQ(budget.Take(2), 2) << "a third is two whole threads";
  EXPECT_EQ(budget.Take(1), 4);
  EXPECT_EQ(budget.Take(0), 2) << "all, but that only two are left";
  EXPECT_EQ(budget.Take(0), 0);
}

TEST(ThreadBudget, GivesEachCallOneThreadWhereThereAreMoreCallsThanThreads) {
  ThreadBudget budget(2);
  EXPECT_EQ(budget.Take(100), 1);
  EXPECT_EQ(budget.Take(99), 1);
  EXPECT_EQ(budget.Take(98), 0);
}

TEST(ThreadBudget, GivesExactlyWhatIsAskedForOrNothing) {
  ThreadBudget budget(4);
  EXPECT_TRUE(budget.TakeExactly(3));
  EXPECT_FALSE(budget.TakeExactly(2));
  EXPECT_TRUE(budget.TakeExactly(1));
  budget.Return(3);
  EXPECT_TRUE(budget.TakeExactly(2));
}

TEST(ThreadBudget, HasAtLeastOneThread) {
  ThreadBudget budget(0);
  EXPECT_EQ(budget.total(), 1);
  EXPECT_EQ(budget.Take(5), 1);
}

TEST(ThreadShares, AreThePartsThatCallsMayGet) {
  EXPECT_THAT(ThreadShares(1), ElementsAre(1));
  EXPECT_THAT(ThreadShares(2), ElementsAre(2, 1));
  EXPECT_THAT(ThreadShares(6), ElementsAre(6, 3, 2, 1));
  EXPECT_THAT(ThreadShares(16), ElementsAre(16, 8, 5, 4, 3, 2, 1));
}

// Every order of beginnings and ends that a small server may see.
void CheckAll(ThreadBudget budget, std::vector<int> running, int depth) {
  int used = 0;
  for (int threads : running) used += threads;
  ASSERT_LE(used, budget.total());
  if (depth == 0) return;
  for (size_t waiting = 1; waiting <= 4; ++waiting) {
    ThreadBudget next = budget;
    std::vector<int> more = running;
    const int threads = next.Take(running.size() + waiting - 1);
    ASSERT_EQ(threads == 0, used == budget.total()) << "nobody waits while a thread is free";
    if (threads > 0) more.push_back(threads);
    CheckAll(next, more, depth - 1);
  }
  for (size_t i = 0; i < running.size(); ++i) {
    ThreadBudget next = budget;
    next.Return(running[i]);
    std::vector<int> fewer = running;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    CheckAll(next, fewer, depth - 1);
  }
}

TEST(ThreadBudget, NeverGivesMoreThanThereIsAndNeverLeavesACallWaitingBesideAFreeThread) {
  for (int total = 1; total <= 5; ++total) CheckAll(ThreadBudget(total), {}, 6);
}

}  // namespace
}  // namespace moduled::server
