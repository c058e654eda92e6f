#include "nn/modules/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/nn/modules/test_modules.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CallSignature Inputs(Shape shape) { return {{SpecTree(TensorSpec{DType::kFloat32, std::move(shape)})}, {}}; }

std::vector<std::string> Lines(const Summary& summary) {
  std::vector<std::string> lines;
  for (const SummaryRow& row : summary.rows) {
    lines.push_back(absl::StrCat(std::string(row.depth, ' '), row.called_as, " ", row.type, " #", row.call_index,
                                 row.called ? "" : " uncalled", row.recursive ? " recursive" : ""));
  }
  return lines;
}

TEST(Summary, ListsCallsInOrderAndSharedModulesAtEachCall) {
  const auto shared = std::make_shared<Affine>();
  const auto tree = MakeSequential({MakeSequential({shared}), shared});
  const Summary summary = Summarize(*tree, Inputs({4, 1}));
  EXPECT_EQ(summary.error, "");
  EXPECT_THAT(Lines(summary),
              ElementsAre(" Sequential #0", " 0 Sequential #0", "  0.0 Affine #0", " 1 Affine #1 recursive"));
}

TEST(Summary, CountsAsTorchinfoDoes) {
  const auto shared = std::make_shared<Affine>();
  const auto tree = MakeSequential({shared, shared});
  (*shared->parameter_slots().Find("bias"))->requires_grad = false;
  const Summary summary = Summarize(*tree, Inputs({4, 1}));
  EXPECT_EQ(summary.totals.parameters, 2);
  EXPECT_EQ(summary.totals.trainable_parameters, 1);
  EXPECT_EQ(summary.totals.parameter_bytes, 8);
  EXPECT_EQ(summary.totals.input_bytes, 16);
  // Two parameters, each used for four elements of the batch, in two calls.
  EXPECT_EQ(summary.totals.mult_adds, 16);
  EXPECT_EQ(summary.rows[0].mult_adds, 16);
  EXPECT_EQ(summary.rows[1].mult_adds, 8);
  EXPECT_EQ(summary.totals.activation_bytes, 32);
  ASSERT_EQ(summary.rows[1].outputs.size(), 1);
  EXPECT_EQ(summary.rows[1].outputs[0].second.shape, (Shape{4, 1}));
}

TEST(Summary, StopsAtTheModuleThatFails) {
  const auto tree =
      MakeSequential({std::make_shared<Affine>(), std::make_shared<Affine>(2, true, 3), std::make_shared<Affine>()});
  const Summary summary = Summarize(*tree, Inputs({4, 2}));
  EXPECT_THAT(summary.error, HasSubstr("1 (Affine): "));
  EXPECT_THAT(Lines(summary), ElementsAre(" Sequential #0", " 0 Affine #0", " 1 Affine #0"));
  EXPECT_EQ(summary.rows.back().error, summary.error);
  EXPECT_TRUE(summary.rows.back().outputs.empty());
}

}  // namespace
}  // namespace moduled::nn
