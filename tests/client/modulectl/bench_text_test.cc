// What bench sends, and how it says what it measured.
#include "client/modulectl/bench_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "client/modulectl/bench_inputs.h"
#include "client/modulectl/bench_plot.h"

namespace moduled::modulectl {
namespace {

using testing::HasSubstr;

BenchReport Report() {
  BenchReport report;
  report.model = {"net", ""};
  report.batch = 2;
  for (const double level : {1.0, 4.0}) {
    bench::LevelResult result{level, {}, {}};
    result.measurement.stable = level == 1;
    result.measurement.window.seconds = 2;
    result.measurement.window.latencies = {100'000, 200'000, 300'000, 400'000};
    if (level == 4) result.measurement.window.errors[8] = 3;
    report.profile.levels.push_back(result);
  }
  return report;
}

TEST(BenchText, CountsInferencesAndNotCalls) {
  const Json json = BenchJson(Report());
  EXPECT_EQ(json["levels"][0]["infer_per_second"], 4.0) << "4 calls with 2 rows in 2 seconds";
  EXPECT_EQ(json["levels"][1]["latency_us"]["p50"], 200.0);
  EXPECT_EQ(json["levels"][1]["errors"], Json({{"RESOURCE_EXHAUSTED", 3}}));
  EXPECT_EQ(json["best"], nullptr);
}

TEST(BenchText, WritesALineOfCsvForEachLevelAndThePercentileThatWasAskedFor) {
  BenchReport report = Report();
  report.percentile = 75;
  EXPECT_EQ(BenchCsv(report),
            "Concurrency,Inferences/Second,p50 latency,p90 latency,p95 latency,p99 latency,p75 latency,Avg latency,"
            "Std latency,Requests,Errors,Delayed,Stable\n"
            "1,4.00,200,400,400,400,300,250,112,4,0,0,yes\n"
            "4,4.00,200,400,400,400,300,250,112,4,3,0,no\n");
}

TEST(BenchText, SaysWhereTheServerSpentItsTimeIfItIsKnown) {
  BenchReport report = Report();
  bench::ServerTimes before{.calls = 10, .runs = 10, .queue = 1'000'000, .compute = 1'000'000};
  bench::ServerTimes after{.calls = 30, .runs = 15, .queue = 3'000'000, .compute = 9'000'000};
  report.profile.levels[0].server = after.Since(before);
  EXPECT_THAT(BenchCsv(report), HasSubstr("p99 latency,Server Queue,Server Compute Infer,Avg latency"));
  EXPECT_THAT(BenchCsv(report), HasSubstr("\n1,4.00,200,400,400,400,100,400,250,"));
  EXPECT_EQ(BenchJson(report)["levels"][0]["server"],
            Json({{"requests", 20}, {"runs", 5}, {"queue_us", 100.0}, {"compute_us", 400.0}}));
  EXPECT_FALSE(BenchJson(report)["levels"][1].contains("server"));
  EXPECT_EQ(before.Since(after).calls, 10u) << "a model that was loaded again counts anew";
}

TEST(BenchText, NamesErrorsAndWhatWasFound) {
  BenchReport report = Report();
  report.is_rate = true;
  report.profile.best = 1;
  std::ostringstream out;
  PrintBenchTable(report, out);
  EXPECT_THAT(out.str(), HasSubstr("Request Rate 4: 3 x RESOURCE_EXHAUSTED\n"));
  EXPECT_THAT(out.str(), HasSubstr("Highest within the threshold: Request Rate 1\n"));
  EXPECT_EQ(BenchLine(report, report.profile.levels[1]),
            "Request Rate 4: 4.0 infer/sec, p50 200 us, p99 400 us, 3 x RESOURCE_EXHAUSTED, not stable");
}

TEST(BenchPlot, DrawsACurveForEachPercentileThroughAllLevels) {
  BenchReport report = Report();
  report.model.name = "<net>";
  const std::string svg = BenchPlot(report);
  EXPECT_THAT(svg, HasSubstr("&lt;net&gt;, batch size 2"));
  size_t points = 0;
  for (size_t at = svg.find("<circle"); at != std::string::npos; at = svg.find("<circle", at + 1)) ++points;
  EXPECT_EQ(points, 8u);
  // 4 inferences a second on an axis up to 5, 0.4 ms on one up to 0.5.
  EXPECT_THAT(svg, HasSubstr("<polyline points=\"528.0,108.0 528.0,108.0 \" fill=\"none\" stroke=\"#d62728\""));
}

TEST(BenchPlot, OfNothingIsAnEmptyFrame) { EXPECT_THAT(BenchPlot(BenchReport{}), HasSubstr("</svg>\n")); }

Signature SignatureOf(std::vector<Port> inputs) { return {std::move(inputs), {}}; }

TEST(BenchInputs, HaveTheExamplesShapesAndTheBatchThatWasAskedFor) {
  const Signature signature =
      SignatureOf({{"x", {nn::DType::kFloat32, {-1, 3}}, {1, 3}}, {"ids", {nn::DType::kInt64, {-1}}, {1}}});
  const auto inputs = MakeInputs(signature, {}, 64, BenchData::kRandom);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  const auto& x = *(*inputs)[0].As<nn::Tensor>();
  EXPECT_EQ(x.shape(), (nn::Shape{64, 3}));
  for (const float number : x.elements<float>()) EXPECT_TRUE(number >= 0 && number < 1) << number;
  EXPECT_NE(x.elements<float>()[0], x.elements<float>()[1]);
  int64_t sum = 0;
  for (const int64_t id : (*inputs)[1].As<nn::Tensor>()->elements<int64_t>()) {
    EXPECT_TRUE(id == 0 || id == 1) << id;
    sum += id;
  }
  EXPECT_TRUE(sum > 0 && sum < 64) << sum;
  EXPECT_EQ(BatchOf(signature, *inputs), 64);
  EXPECT_EQ(MakeInputs(signature, {}, 0, BenchData::kZero)->at(0).As<nn::Tensor>()->elements<float>()[2], 0);
}

TEST(BenchInputs, AreRefusedWhereTheSignatureDoesNotAllowOrKnowThem) {
  const auto message = [](const Signature& signature, int64_t batch) {
    return std::string(MakeInputs(signature, {}, batch, BenchData::kZero).status().message());
  };
  EXPECT_EQ(message(SignatureOf({{"x", {nn::DType::kFloat32, {4, 3}}, {4, 3}}}), 2),
            "input x: the model takes 4 rows (got a batch size of 2)");
  EXPECT_THAT(message(SignatureOf({{"x", {nn::DType::kFloat32, {-1, 3}}, {}}}), 0), HasSubstr("no example shape"));
  EXPECT_THAT(message(SignatureOf({}), 0), HasSubstr("no signature"));
  // A batch that is no batch of rows counts as one.
  EXPECT_EQ(BatchOf(SignatureOf({{"x", {nn::DType::kFloat32, {4}}, {4}}}), {nn::Tensor::Of<float>({4}, {1, 2, 3, 4})}),
            1);
}

}  // namespace
}  // namespace moduled::modulectl
