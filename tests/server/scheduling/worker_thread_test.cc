#include "server/scheduling/worker_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/synchronization/blocking_counter.h"

namespace moduled::server {
namespace {

TEST(WorkerThread, RunsTasksInOrderAndAllOfThemBeforeItGoes) {
  std::vector<int> ran;
  {
    WorkerThread worker;
    for (int i = 0; i < 100; ++i) worker.Post([&ran, i] { ran.push_back(i); });
  }
  ASSERT_EQ(ran.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[i], i);
}

TEST(WorkerThread, TicksBesidesItsTasks) {
  absl::BlockingCounter ticks(3);
  int left = 3;
  WorkerThread worker(absl::Milliseconds(1), [&] {
    if (left > 0) {
      --left;
      ticks.DecrementCount();
    }
  });
  ticks.Wait();
}

}  // namespace
}  // namespace moduled::server
