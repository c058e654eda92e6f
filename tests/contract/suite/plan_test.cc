#include <limits>
#include <stop_token>

#include "absl/time/clock.h"
#include "tests/contract/suite/contract_test.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The operators of a step, its own first.
std::vector<std::string> Operators(const PlanStep& step) {
  std::vector<std::string> operators = {step.op};
  operators.insert(operators.end(), step.absorbed.begin(), step.absorbed.end());
  return operators;
}

TEST_P(ContractTest, DescribesThePlanOfTheSignaturesExample) {
  const auto plan = DescribePlanAndWait(introspection(), {.model = {"tiny", ""}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->model, (ModelRef{"tiny", "1"}));
  EXPECT_EQ(plan->precision, Precision::kDefault);
  EXPECT_THAT(plan->inputs, ElementsAre(nn::TensorSpec{nn::DType::kFloat32, {1, 3}}));
  EXPECT_EQ(plan->threads, 2u) << "nothing is known of what it costs: all that there are";
  ASSERT_EQ(plan->steps.size(), 1u);
  const PlanStep& step = plan->steps[0];
  EXPECT_THAT(Operators(step), ElementsAre("fused_linear", "relu"));
  EXPECT_EQ(step.path, "0");
  EXPECT_FALSE(step.algorithm.empty());
  EXPECT_FALSE(step.channels_last);
  EXPECT_THAT(step.outputs, ElementsAre(nn::TensorSpec{nn::DType::kFloat32, {1, 2}}));
  EXPECT_EQ(plan->runs, 10u);
  EXPECT_GT(step.time, absl::ZeroDuration());
  EXPECT_EQ(plan->time, step.time);
  EXPECT_EQ(plan->result_bytes, 2 * sizeof(float));
}

TEST_P(ContractTest, DescribesPlansOfOtherInputsAndThreads) {
  const auto plan = DescribePlanAndWait(
      introspection(), {.model = {"tiny", ""}, .inputs = {{nn::DType::kFloat32, {16, 3}}}, .threads = 1, .runs = 0});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->inputs, ElementsAre(nn::TensorSpec{nn::DType::kFloat32, {16, 3}}));
  EXPECT_EQ(plan->threads, 1u);
  EXPECT_EQ(plan->runs, 0u);
  EXPECT_EQ(plan->time, absl::ZeroDuration()) << "nothing was run";
  EXPECT_EQ(plan->result_bytes, 16 * 2 * sizeof(float));
}

TEST_P(ContractTest, DescribesWhatAnObservedModuleKeepsApart) {
  for (const char* observed : {"0", "*", "**"}) {
    const auto plan = DescribePlanAndWait(introspection(), {.model = {"tiny", ""}, .runs = 1, .observed = {observed}});
    ASSERT_TRUE(plan.ok()) << plan.status();
    ASSERT_EQ(plan->steps.size(), 2u) << observed;
    EXPECT_THAT(Operators(plan->steps[0]), ElementsAre("linear"));
    EXPECT_THAT(Operators(plan->steps[1]), ElementsAre("relu"));
    EXPECT_EQ(plan->steps[1].path, "1");
    EXPECT_EQ(plan->time, plan->steps[0].time + plan->steps[1].time);
  }
}

TEST_P(ContractTest, RefusesPlansThatCannotBeDescribed) {
  const auto error = [&](PlanCall call) { return DescribePlanAndWait(introspection(), std::move(call)).status(); };
  EXPECT_EQ(error({.model = {"tny", ""}}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(error({.model = {"tiny", ""}, .runs = 1001}),
            absl::InvalidArgumentError("runs: too many (got 1001, want at most 1000)"));
  EXPECT_EQ(error({.model = {"tiny", ""}, .threads = 3}),
            absl::InvalidArgumentError("threads: more than the server computes on (got 3, want at most 2)"));
  EXPECT_EQ(error({.model = {"tiny", ""}, .threads = std::numeric_limits<uint32_t>::max()}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error({.model = {"tiny", ""}, .inputs = {{nn::DType::kFloat32, {1 << 24, 3}}}}),
            absl::InvalidArgumentError("inputs: too large (want at most 67108864 bytes in all)"));
  EXPECT_EQ(error({.model = {"tiny", ""}, .inputs = {{nn::DType::kFloat32, {1, 4}}}}),
            absl::InvalidArgumentError("inputs[0] (\"x\"): wrong shape (got float32[1, 4], want float32[-1, 3])"));
  const absl::Status unknown = error({.model = {"tiny", ""}, .observed = {"2"}});
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("observed[0].path: the model has no module \"2\""));
  EXPECT_EQ(error({.model = {"shared", ""}}).code(), absl::StatusCode::kInvalidArgument)
      << "it has no signature, and so no example";
}

TEST_P(ContractTest, DescribesAPlanForNobodyWhoHasGone) {
  std::stop_source gone;
  gone.request_stop();
  PlanCall call{.model = {"tiny", ""}};
  call.context.cancelled = gone.get_token();
  EXPECT_EQ(DescribePlanAndWait(introspection(), call).status().code(), absl::StatusCode::kCancelled);
  call.context = {.deadline = absl::Now() - absl::Seconds(1), .cancelled = {}};
  EXPECT_EQ(DescribePlanAndWait(introspection(), call).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_P(ContractTest, SaysHowFarFastIsFromExact) {
  const auto plain = introspection().DescribeModel({"tiny", ""});
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->precision, Precision::kDefault);
  EXPECT_FALSE(plain->deviation.has_value());

  repository_.Add("fast", testing::kTinyModel, 1);
  repository_.WriteFile("fast/config.pbtxt", "precision: FAST");
  ASSERT_TRUE(admin().LoadModel({.model = {"fast", ""}}).ok());
  const auto fast = introspection().DescribeModel({"fast", ""});
  ASSERT_TRUE(fast.ok()) << fast.status();
  EXPECT_EQ(fast->precision, Precision::kFast);
  ASSERT_TRUE(fast->deviation.has_value());
  EXPECT_GE(*fast->deviation, 0);
  EXPECT_LT(*fast->deviation, 0.05) << "bfloat16 has eight binary digits";
}

}  // namespace
}  // namespace moduled::contract
