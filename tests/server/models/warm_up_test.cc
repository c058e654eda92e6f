#include "server/models/warm_up.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <vector>

#include "nn/modules/state_dict.h"
#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

const nn::ModelSignature kSignature = {
    .inputs = {{.name = "x", .dtype = nn::DType::kFloat32, .shape = {-1, 1}, .example_shape = nn::Shape{5, 1}}},
    .outputs = {}};

// y = weight * x.
std::shared_ptr<const nn::Module> Scale(float weight) {
  const auto root = *testing::DescriptionOf("linear { in_features: 1 out_features: 1 bias: false }").Build();
  nn::StateDict state_dict;
  state_dict.tensors.emplace_back("weight", nn::Tensor::Of<float>({1, 1}, {weight}));
  EXPECT_TRUE(nn::LoadStateDict(*root, state_dict).ok());
  return root;
}

double DeviationOf(float got, float want) {
  nn::Model model(Scale(got), {});
  return *MeasureDeviation(model, Scale(want), kSignature, {});
}

TEST(MeasureDeviation, IsRelativeToTheLargestOutput) {
  EXPECT_EQ(DeviationOf(2, 2), 0);
  EXPECT_DOUBLE_EQ(DeviationOf(1, 2), 0.5);
  EXPECT_DOUBLE_EQ(DeviationOf(-2, 2), 2);
}

TEST(MeasureDeviation, IsInfiniteWhereOneOfThemIsNotFinite) {
  EXPECT_EQ(DeviationOf(std::numeric_limits<float>::infinity(), 2), std::numeric_limits<double>::infinity());
  EXPECT_EQ(DeviationOf(2, std::numeric_limits<float>::quiet_NaN()), std::numeric_limits<double>::infinity());
}

TEST(MeasureCost, RunsTheExampleOnOneThread) {
  nn::Model model(Scale(1), {});
  std::vector<int> threads;
  const auto run = [&](int share, absl::FunctionRef<absl::Status(nn::Workspace&)> work) {
    threads.push_back(share);
    return RunHere(share, work);
  };
  const auto cost = MeasureCost(model, kSignature, {.thread_shares = {2, 1}, .run = run});
  ASSERT_TRUE(cost.ok()) << cost.status();
  EXPECT_EQ(threads, std::vector<int>{1});
  EXPECT_EQ(cost->bytes, 5 * sizeof(float));
  EXPECT_LT(cost->time, absl::InfiniteDuration());
}

TEST(RunCost, GrowsWithTheArguments) {
  const RunCost cost{.time = absl::Microseconds(100), .bytes = 1000};
  EXPECT_FALSE(cost.IsWorthSharing(1000));
  EXPECT_FALSE(cost.IsWorthSharing(4000));
  EXPECT_TRUE(cost.IsWorthSharing(8000));
  EXPECT_TRUE(RunCost().IsWorthSharing(1)) << "of which nothing is known";
}

TEST(HasExample, WantsAnExtentForEveryFreeOne) {
  EXPECT_TRUE(HasExample(kSignature));
  EXPECT_FALSE(HasExample({}));
  nn::ModelSignature free = kSignature;
  free.inputs[0].example_shape.reset();
  EXPECT_FALSE(HasExample(free));
  free.inputs[0].shape = {2, 1};
  EXPECT_TRUE(HasExample(free)) << "nothing is free";
}

}  // namespace
}  // namespace moduled::server
