// Steps that threads share, each after all of the one before.
#include "nn/ops/kernels/step_tasks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace moduled::nn::kernels {
namespace {

TEST(StepTasks, RunEveryPartOnceAndAfterAllOfTheStepBefore) {
  constexpr int kThreads = 3, kSteps = 500;
  StepTasks tasks(kThreads);
  std::vector<std::vector<int>> runs(kSteps, std::vector<int>(kThreads, 0));  // Ordered by the tasks alone.
  std::atomic<int> early = 0;
  const auto run = [&](int thread) {
    for (int step = 0; step < kSteps; ++step) {
      tasks.RunStep(step, thread, [&](int part) {
        for (int other = 0; other < kThreads && step > 0; ++other) early += runs[step - 1][other] != 1;
        ++runs[step][part];
      });
    }
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) threads.emplace_back(run, thread);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(early, 0);
  EXPECT_EQ(runs, std::vector<std::vector<int>>(kSteps, std::vector<int>(kThreads, 1)));
}

TEST(StepTasks, NeedNoThreadButTheOneThatIsThere) {
  StepTasks tasks(4);
  std::vector<int> parts;
  for (int step = 0; step < 2; ++step) {
    tasks.RunStep(step, /*own_part=*/2, [&](int part) { parts.push_back(part); });
  }
  EXPECT_EQ(parts, (std::vector<int>{2, 3, 0, 1, 2, 3, 0, 1}));
  // One that comes late finds nothing left.
  tasks.RunStep(0, /*own_part=*/0, [&](int part) { parts.push_back(part); });
  EXPECT_EQ(parts.size(), 8);
}

}  // namespace
}  // namespace moduled::nn::kernels
