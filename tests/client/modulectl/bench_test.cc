// How bench measures: windows, percentiles, when a load is stable, which loads come next, and when calls are due.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <functional>
#include <memory>
#include <thread>

#include "client/modulectl/bench/levels.h"
#include "client/modulectl/bench/measure.h"
#include "client/modulectl/bench/profile.h"
#include "client/modulectl/bench/ring.h"
#include "client/modulectl/bench/schedule.h"
#include "client/modulectl/bench/stability.h"
#include "client/modulectl/bench/window.h"

namespace moduled::modulectl::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr int64_t kMillisecond = 1'000'000;

Window WindowOf(std::vector<int64_t> latencies, double seconds = 1) {
  Window window;
  window.seconds = seconds;
  window.latencies = std::move(latencies);
  return window;
}

TEST(BenchWindow, CountsWhatEndedInItAndKeepsWhatEndedLater) {
  std::vector<Sample> samples = {{.sent = 5, .ended = 9},
                                 {.sent = 8, .ended = 10},
                                 {.sent = 10, .ended = 19, .late = true},
                                 {.sent = 11, .ended = 14, .code = 8},
                                 {.sent = 12, .ended = 20}};
  const Window window = TakeWindow(samples, 10, 20);
  EXPECT_THAT(window.latencies, ElementsAre(2, 9)) << "what ended before the window is gone, errors have no latency";
  EXPECT_THAT(window.errors, ElementsAre(Pair(8, 1)));
  EXPECT_EQ(window.late, 1);
  EXPECT_DOUBLE_EQ(window.seconds, 10e-9);
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].ended, 20) << "the end of a window is the beginning of the next";
}

TEST(BenchWindow, HasThePercentilesOfTheNearestRank) {
  std::vector<int64_t> latencies;
  for (int64_t i = 1; i <= 200; ++i) latencies.push_back(i);
  const Window window = WindowOf(latencies);
  EXPECT_EQ(window.Percentile(50), 100);
  EXPECT_EQ(window.Percentile(99), 198);
  EXPECT_EQ(window.Percentile(99.9), 200);
  EXPECT_EQ(WindowOf({7}).Percentile(1), 7);
  EXPECT_EQ(WindowOf({}).Percentile(50), 0);
  EXPECT_EQ(window.Metric(50), 100);
  EXPECT_DOUBLE_EQ(window.Metric(std::nullopt), 100.5);
  EXPECT_DOUBLE_EQ(WindowOf({2, 4, 4, 4, 5, 5, 7, 9}).StandardDeviation(), 2);
}

TEST(BenchWindow, MergesAsIfItHadBeenOne) {
  Window first = WindowOf({1, 9}, 2), second = WindowOf({5}, 3);
  first.errors[14] = 2;
  second.errors[14] = 1;
  second.late = 4;
  const Window merged = Merge({first, second});
  EXPECT_THAT(merged.latencies, ElementsAre(1, 5, 9));
  EXPECT_EQ(merged.error_count(), 3);
  EXPECT_EQ(merged.late, 4);
  EXPECT_DOUBLE_EQ(merged.Rate(), 0.6);
}

TEST(BenchStability, WantsThreeWindowsThatAgreeInRateAndLatency) {
  const Window usual = WindowOf({100, 100, 100, 100});
  EXPECT_FALSE(IsStable({usual, usual}, 10, 95));
  EXPECT_TRUE(IsStable({WindowOf({900}), usual, usual, usual}, 10, 95)) << "what was before does not count";
  EXPECT_FALSE(IsStable({usual, usual, WindowOf({100, 100, 100})}, 10, 95)) << "fewer calls";
  EXPECT_FALSE(IsStable({usual, usual, WindowOf({100, 100, 100, 190})}, 10, 95)) << "a slow call";
  EXPECT_TRUE(IsStable({usual, usual, WindowOf({100, 100, 100, 190})}, 10, 50)) << "which the median does not see";
  EXPECT_FALSE(IsStable({WindowOf({}), WindowOf({}), WindowOf({})}, 10, 95)) << "nothing is not a result";
}

TEST(BenchRange, TakesOneTwoOrThreeNumbers) {
  const auto range = ParseCountRange("1:32:4", 64);
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->start, 1);
  EXPECT_EQ(range->end, 32);
  EXPECT_EQ(range->step, 4);
  EXPECT_EQ(ParseLevelRange("0.5:2")->step, 1);
  EXPECT_EQ(ParseLevelRange("8")->end, 8);
}

TEST(BenchRange, RefusesWhatIsNoRange) {
  for (const char* text : {"", "x", "1:", "1:2:3:4", "0", "-1:4", "4:1", "1:4:0", "nan", "1:inf"}) {
    EXPECT_EQ(ParseLevelRange(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_THAT(std::string(ParseCountRange("1.5", 64).status().message()), HasSubstr("whole numbers of at most 64"));
  EXPECT_FALSE(ParseCountRange("1:65", 64).ok());
}

// The levels that a search asks for when those up to `limit` are fast enough.
std::vector<double> Levels(LevelSearch& search, double limit) {
  std::vector<double> levels;
  for (auto level = search.Next(); level.has_value() && levels.size() < 100; level = search.Next()) {
    levels.push_back(*level);
    search.Report(*level <= limit);
  }
  return levels;
}

TEST(BenchSearch, SweepsUntilALevelIsTooSlow) {
  LevelSearch all({1, 10, 4}, LevelSearch::Order::kSweep);
  EXPECT_THAT(Levels(all, 100), ElementsAre(1, 5, 9));
  LevelSearch some({1, 10, 4}, LevelSearch::Order::kSweep);
  EXPECT_THAT(Levels(some, 4), ElementsAre(1, 5));
  EXPECT_EQ(some.best(), 1);
}

TEST(BenchSearch, HalvesWhatIsBetweenTheFastAndTheSlow) {
  LevelSearch search({1, 64, 1}, LevelSearch::Order::kBinary);
  EXPECT_LE(Levels(search, 23).size(), 8u);
  EXPECT_EQ(search.best(), 23);
  LevelSearch fast({1, 64, 1}, LevelSearch::Order::kBinary);
  EXPECT_THAT(Levels(fast, 1000), ElementsAre(1, 64));
  EXPECT_EQ(fast.best(), 64);
  LevelSearch slow({8, 64, 1}, LevelSearch::Order::kBinary);
  EXPECT_THAT(Levels(slow, 2), ElementsAre(8));
  EXPECT_EQ(slow.best(), std::nullopt);
}

TEST(BenchSearch, EndsForEveryLimitWithTheHighestLevelOfTheGridBelowIt) {
  for (double limit = 10; limit <= 210; limit += 1) {
    LevelSearch search({10, 200, 10}, LevelSearch::Order::kBinary);
    EXPECT_LE(Levels(search, limit).size(), 8u) << limit;
    EXPECT_EQ(search.best(), std::min(200.0, std::floor(limit / 10) * 10)) << limit;
  }
}

TEST(BenchSchedule, OfAConstantRateDoesNotDrift) {
  Schedule schedule(3, Distribution::kConstant, 0, 1000);
  EXPECT_EQ(schedule.Next(), 1000);
  int64_t last = 0;
  for (int i = 0; i < 3000; ++i) last = schedule.Next();
  EXPECT_NEAR(static_cast<double>(last), 1000e9 + 1000, 10);
}

TEST(BenchSchedule, OfAPoissonRateHasGapsThatVaryAsMuchAsTheyLast) {
  Schedule schedule(1000, Distribution::kPoisson, 1, 0);
  double sum = 0, squares = 0;
  int64_t before = schedule.Next();
  constexpr int kGaps = 100'000;
  for (int i = 0; i < kGaps; ++i) {
    const int64_t due = schedule.Next();
    ASSERT_GE(due, before);
    const double gap = static_cast<double>(due - before) / kMillisecond;
    sum += gap;
    squares += gap * gap;
    before = due;
  }
  const double mean = sum / kGaps;
  EXPECT_NEAR(mean, 1, 0.02);
  EXPECT_NEAR(std::sqrt(squares / kGaps - mean * mean), 1, 0.03);
  Schedule again(1000, Distribution::kPoisson, 1, 0), other(1000, Distribution::kPoisson, 2, 0);
  again.Next();
  other.Next();
  EXPECT_NE(again.Next(), other.Next());
}

TEST(BenchRing, RefusesWhatDoesNotFitAndKeepsTheOrder) {
  Ring<int> ring(4);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.Push(i));
  EXPECT_FALSE(ring.Push(4));
  int item = -1;
  EXPECT_TRUE(ring.Pop(item));
  EXPECT_EQ(item, 0);
  EXPECT_TRUE(ring.Push(4));
  for (int i = 1; i <= 4; ++i) {
    EXPECT_TRUE(ring.Pop(item));
    EXPECT_EQ(item, i);
  }
  EXPECT_FALSE(ring.Pop(item));
}

TEST(BenchRing, HandsEverythingFromOneThreadToAnother) {
  Ring<int64_t> ring(8);
  constexpr int64_t kItems = 100'000;
  std::thread producer([&ring] {
    for (int64_t i = 0; i < kItems; ++i) {
      while (!ring.Push(i)) std::this_thread::yield();
    }
  });
  for (int64_t want = 0; want < kItems;) {
    int64_t item = -1;
    if (!ring.Pop(item)) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(item, want);
    ++want;
  }
  producer.join();
}

// A server that answers one call at a time, in a time of its own: nothing waits for a clock.
class FakeLoad final : public Source {
 public:
  explicit FakeLoad(std::function<int64_t(int64_t now)> latency, int code = 0)
      : latency_(std::move(latency)), code_(code) {}

  int64_t Now() override { return now_; }
  void WaitAndCollect(std::vector<Sample>& ended) override {
    now_ += 10 * kMillisecond;
    for (int64_t latency = latency_(next_); next_ + latency <= now_; latency = latency_(next_)) {
      ended.push_back({.sent = next_, .ended = next_ + latency, .code = code_});
      next_ += latency;
    }
  }

 private:
  const std::function<int64_t(int64_t)> latency_;
  const int code_;
  int64_t now_ = 0;
  int64_t next_ = 0;
};

const std::function<bool()> kNeverInterrupted = [] { return false; };

TEST(BenchMeasure, EndsAsSoonAsThreeWindowsAgree) {
  // The server warms up for 2 s.
  FakeLoad load([](int64_t now) { return now < 2000 * kMillisecond ? 50 * kMillisecond : 5 * kMillisecond; });
  const Measurement result = Measure(load, {.interval = absl::Seconds(1)}, kNeverInterrupted);
  EXPECT_TRUE(result.stable);
  EXPECT_DOUBLE_EQ(result.window.seconds, 3);
  EXPECT_EQ(result.window.latencies.size(), 600u);
  EXPECT_EQ(result.window.Percentile(99), 5 * kMillisecond);
  EXPECT_LT(load.Now(), 5200 * kMillisecond);
}

TEST(BenchMeasure, LeavesOutTheWarmUp) {
  FakeLoad load([](int64_t now) { return now < 2000 * kMillisecond ? 50 * kMillisecond : 5 * kMillisecond; });
  const Measurement result =
      Measure(load, {.interval = absl::Seconds(1), .warmup = absl::Seconds(2)}, kNeverInterrupted);
  EXPECT_TRUE(result.stable);
  EXPECT_GE(load.Now(), 5000 * kMillisecond);
  EXPECT_LT(load.Now(), 5200 * kMillisecond);
}

TEST(BenchMeasure, GivesUpOnALoadThatDoesNotSettle) {
  FakeLoad load([](int64_t now) { return (now / (1000 * kMillisecond)) % 2 == 0 ? 5 * kMillisecond : kMillisecond; });
  const Measurement result = Measure(load, {.interval = absl::Seconds(1), .max_trials = 4}, kNeverInterrupted);
  EXPECT_FALSE(result.stable);
  EXPECT_DOUBLE_EQ(result.window.seconds, 3) << "the last three are the result";
}

TEST(BenchMeasure, EndsAWindowOfCallsWithTheLastOfThem) {
  FakeLoad load([](int64_t) { return 4 * kMillisecond; });
  const Measurement result = Measure(load, {.mode = WindowMode::kCount, .count = 50}, kNeverInterrupted);
  EXPECT_TRUE(result.stable);
  EXPECT_EQ(result.window.latencies.size(), 150u);
  EXPECT_NEAR(result.window.Rate(), 250, 1);
}

TEST(BenchMeasure, DoesNotWaitForeverForCalls) {
  FakeLoad load([](int64_t) { return 3600'000 * kMillisecond; });
  const Measurement result =
      Measure(load, {.mode = WindowMode::kCount, .interval = absl::Seconds(1), .max_trials = 2}, kNeverInterrupted);
  EXPECT_FALSE(result.stable);
  EXPECT_TRUE(result.window.latencies.empty());
  EXPECT_DOUBLE_EQ(result.window.seconds, 20);
}

TEST(BenchMeasure, SaysWhatItHasWhenItIsInterrupted) {
  FakeLoad load([](int64_t) { return 5 * kMillisecond; });
  const Measurement result =
      Measure(load, {.interval = absl::Seconds(3600)}, [&load] { return load.Now() >= 1500 * kMillisecond; });
  EXPECT_TRUE(result.interrupted);
  EXPECT_DOUBLE_EQ(result.window.seconds, 1.5);
  EXPECT_EQ(result.window.latencies.size(), 299u) << "the last one ended with the window, not in it";
}

TEST(BenchProfile, FindsTheHighestLoadBelowAThreshold) {
  ProfileOptions options{.range = {1, 100, 1}, .order = LevelSearch::Order::kBinary};
  options.latency_threshold = absl::Milliseconds(20);
  options.measure = {.interval = absl::Seconds(1), .percentile = 99};
  size_t heard = 0;
  const Profile profile = RunProfile(
      options,
      [](double level) {
        return std::make_unique<FakeLoad>([level](int64_t) { return static_cast<int64_t>(level) * kMillisecond; });
      },
      [&heard](const LevelResult&) { ++heard; }, kNeverInterrupted);
  EXPECT_EQ(profile.best, 20);
  EXPECT_EQ(heard, profile.levels.size());
}

TEST(BenchProfile, DoesNotTakeErrorsForFastAnswers) {
  ProfileOptions options{.range = {1, 4, 1}};
  options.latency_threshold = absl::Seconds(1);
  options.measure = {.interval = absl::Seconds(1), .max_trials = 1};
  const Profile profile = RunProfile(
      options,
      [](double) {
        constexpr int kResourceExhausted = 8;
        return std::make_unique<FakeLoad>([](int64_t) { return kMillisecond; }, kResourceExhausted);
      },
      [](const LevelResult&) {}, kNeverInterrupted);
  EXPECT_EQ(profile.best, std::nullopt);
  EXPECT_EQ(profile.levels.size(), 1u);
  EXPECT_GT(profile.levels[0].measurement.window.errors.at(8), 900);
}

}  // namespace
}  // namespace moduled::modulectl::bench
