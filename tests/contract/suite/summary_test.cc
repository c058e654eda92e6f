#include "tests/contract/suite/contract_test.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const nn::TensorSpec kExample{nn::DType::kFloat32, {1, 3}};

TEST_P(ContractTest, SummarizesTheSignaturesExample) {
  const auto summary = introspection().Summary({{"tiny", ""}, {}});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->model, (ModelRef{"tiny", "1"}));
  EXPECT_THAT(PathsOf(summary->rows), ElementsAre("", "0", "1"));
  const SummaryRow& linear = summary->rows[1];
  EXPECT_EQ(linear.type, "Linear");
  EXPECT_EQ(linear.depth, 1);
  EXPECT_TRUE(linear.called);
  EXPECT_TRUE(linear.leaf);
  EXPECT_THAT(linear.inputs, ElementsAre(SummaryTensor{"", kExample}));
  EXPECT_THAT(linear.outputs, ElementsAre(SummaryTensor{"", {nn::DType::kFloat32, {1, 2}}}));
  EXPECT_EQ(linear.own_parameters, 8);
  EXPECT_EQ(linear.trainable_parameters, 8);
  EXPECT_EQ(linear.dtype, nn::DType::kFloat32);
  EXPECT_EQ(summary->rows[2].dtype, std::nullopt) << "it has no parameters";
  EXPECT_EQ(summary->totals.parameters, 8);
  EXPECT_EQ(summary->totals.parameter_bytes, 32);
  EXPECT_EQ(summary->totals.input_bytes, 12);
  EXPECT_EQ(summary->error, "");
}

TEST_P(ContractTest, SummarizesEveryCallOfASharedModule) {
  const auto summary = introspection().Summary({{"shared", ""}, {{nn::DType::kFloat32, {2, 3}}}});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(PathsOf(summary->rows), ElementsAre("", "a", "a", "idle", "list", "list.0"));
  EXPECT_EQ(summary->rows[1].called_as, "a");
  EXPECT_FALSE(summary->rows[1].recursive);
  EXPECT_EQ(summary->rows[2].called_as, "b");
  EXPECT_EQ(summary->rows[2].call_index, 1);
  EXPECT_TRUE(summary->rows[2].recursive) << "its parameters are counted already";
  EXPECT_FALSE(summary->rows[3].called);
  EXPECT_EQ(summary->totals.parameters, 12);
}

TEST_P(ContractTest, SummarizesUpToTheModuleThatFails) {
  const auto summary = introspection().Summary({{"tiny", ""}, {{nn::DType::kFloat32, {1, 4}}}});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(PathsOf(summary->rows), ElementsAre("", "0"));
  EXPECT_THAT(summary->error, HasSubstr("mat1 and mat2 shapes cannot be multiplied (1x4 and 3x2)"));
  EXPECT_THAT(summary->rows[1].error, HasSubstr("mat1 and mat2"));
  EXPECT_THAT(summary->rows[1].outputs, IsEmpty());
}

TEST_P(ContractTest, SummarizesNothingWithoutAModelOrItsInputs) {
  EXPECT_EQ(introspection().Summary({{"none", ""}, {}}).status().code(), absl::StatusCode::kNotFound);
  const auto no_example = introspection().Summary({{"shared", ""}, {}});
  ASSERT_TRUE(no_example.ok()) << no_example.status();
  EXPECT_EQ(no_example->error, "(Shared): Shared.forward() missing 1 required positional argument: 'x'");
}

}  // namespace
}  // namespace moduled::contract
