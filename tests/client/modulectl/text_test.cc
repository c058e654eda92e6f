#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "client/modulectl/classes.h"
#include "client/modulectl/context.h"
#include "client/modulectl/exit_code.h"
#include "client/modulectl/hook_text.h"
#include "client/modulectl/json.h"
#include "client/modulectl/table.h"
#include "client/modulectl/tensor_text.h"

namespace moduled::modulectl {
namespace {

using contract::HookKind;
using contract::SelectorKind;

TEST(Table, AlignsItsColumnsAndLeavesNoBlanksAtTheEnd) {
  Table table({"A", "LONG"});
  table.Add({"wide cell", "x"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(), "A          LONG\nwide cell  x\n");
}

TEST(ParseModel, SplitsTheVersionFromTheName) {
  EXPECT_EQ(ParseModel("resnet18"), (contract::ModelRef{"resnet18", ""}));
  EXPECT_EQ(ParseModel("resnet18:3"), (contract::ModelRef{"resnet18", "3"}));
}

TEST(ParseHook, TellsPathsPatternsTypesAndExpressionsApart) {
  EXPECT_EQ(ParseHook("layer1.0", HookKind::kForward)->selector_kind, SelectorKind::kPath);
  EXPECT_EQ(ParseHook("", HookKind::kForward)->selector_kind, SelectorKind::kPath);
  EXPECT_EQ(ParseHook("layer?.*", HookKind::kForward)->selector_kind, SelectorKind::kGlob);
  EXPECT_EQ(*ParseHook("type:Conv2d", HookKind::kForward), (contract::Hook{SelectorKind::kType, "Conv2d"}));
  EXPECT_EQ(*ParseHook("regex:a|b", HookKind::kForwardPre),
            (contract::Hook{SelectorKind::kRegex, "a|b", HookKind::kForwardPre}));
}

TEST(ParseHook, TakesKindsTransformsAndEditsBehindBars) {
  const auto hook = ParseHook(
      "layer1:add | kind=full_backward | call=2 | slice=0:2,,::3 | mean=0,-1 | topk=5,1 | cast=float16 | scale=2.5 | "
      "zero | clamp=,6 | select=1:0,-1",
      HookKind::kForward);
  ASSERT_TRUE(hook.ok()) << hook.status();
  contract::Hook want{SelectorKind::kPath, "layer1:add", HookKind::kFullBackward};
  want.call_index = 2;
  want.transform = {contract::SliceStep{{{.start = 0, .stop = 2}, {}, {.step = 3}}},
                    contract::ReduceStep{.op = contract::ReduceStep::Op::kMean, .dims = {0, -1}},
                    contract::ReduceStep{.op = contract::ReduceStep::Op::kTopK, .dims = {1}, .k = 5},
                    contract::CastStep{nn::DType::kFloat16}};
  want.edits = {{.action = contract::Edit::Scale{{2.5}}},
                {.action = contract::Edit::Zero{}},
                {.action = contract::Edit::Clamp{.max = 6}},
                {.action = contract::Edit::Select{.dim = 1, .indices = {0, -1}}}};
  EXPECT_EQ(*hook, want);
}

TEST(ParseHook, NamesTheStepThatIsWrong) {
  const auto error = [](const std::string& step) {
    return std::string(ParseHook("a | " + step, HookKind::kForward).status().message());
  };
  EXPECT_THAT(error("blur"), testing::HasSubstr("hook step \"blur\": unknown (want kind, call, legacy, slice,"));
  EXPECT_EQ(error("slice=3"), "hook step \"slice=3\": a range has a colon: START:STOP");
  EXPECT_EQ(error("mean=x"), "hook step \"mean=x\": not an integer (got \"x\")");
  EXPECT_EQ(error("cast=float"), "hook step \"cast=float\": no such type (want float32, float16, int64, ...)");
  EXPECT_EQ(error("clamp=1"), "hook step \"clamp=1\": want MIN,MAX; one of them may be left out");
  EXPECT_EQ(error("zero=1"), "hook step \"zero=1\": takes no value");
  EXPECT_EQ(error("call=-1"), "hook step \"call=-1\": not a count (got \"-1\")");
  EXPECT_THAT(error("kind=sideways"), testing::HasSubstr("kind: unknown (got sideways, want one of forward_pre, "));
}

TEST(EventTensors, ShowsWhatTheKindOfTheEventIsAbout) {
  contract::HookEvent event;
  event.path = "fc";
  event.kind = HookKind::kFullBackward;
  event.grad_input = {nn::Datum(), nn::Datum(nn::Tensor::Of<float>({1}, {2}))};
  event.grad_output = {nn::Datum(nn::Tensor::Of<float>({1}, {3}))};
  ASSERT_EQ(EventTensors(event).size(), 1u);
  EXPECT_EQ(EventTensors(event)[0].first, "fc/full_backward/0");
  EXPECT_EQ(EventTensors(event)[0].second.elements<float>()[0], 2);
  event.kind = HookKind::kTensorGrad;
  event.hook = 1;
  EXPECT_EQ(EventTensors(event)[0].first, "fc/tensor_grad/hook1/0");
  EXPECT_EQ(EventTensors(event)[0].second.elements<float>()[0], 3);
}

TEST(ParseHookKind, RefusesAKindThatDoesNotExist) {
  EXPECT_EQ(*ParseHookKind("forward_pre"), HookKind::kForwardPre);
  EXPECT_EQ(ParseHookKind("backwards").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ExitCode, TellsScriptsWhatWentWrong) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("")), 1);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), 3);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), 4);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), 5);
  EXPECT_EQ(ExitCodeOf(absl::DeadlineExceededError("")), 6);
}

TEST(TopClasses, OrdersClassesByProbability) {
  const auto rows = TopClasses(nn::Tensor::Of<float>({2, 3}, {0, 1, 0, 5, 4, 5}), 2, {"cat", "dog"});
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(rows[0][0].label, "dog");
  EXPECT_NEAR(rows[0][0].probability, std::exp(1) / (std::exp(1) + 2), 1e-9);
  EXPECT_EQ(rows[1][0].index, 0) << "of equals the first comes first";
  EXPECT_EQ(rows[1][1].index, 2);
  EXPECT_EQ(rows[1][1].label, "") << "there is no third label";
}

TEST(TopClasses, StandsLogitsThatOverflowExp) {
  EXPECT_NEAR(TopClasses(nn::Tensor::Of<float>({1, 2}, {1000, 999}), 1, {})[0][0].probability, 0.731058, 1e-5);
}

TEST(TensorText, SummarisesEveryType) {
  EXPECT_EQ(Summary(nn::Tensor::Of<float>({2}, {-1, 2})), "float32[2]  mean 0.5  min -1  max 2");
  EXPECT_EQ(Summary(nn::Tensor::Of<int64_t>({}, {7})), "int64[]  mean 7  min 7  max 7");
  EXPECT_EQ(Summary(nn::Tensor::Of<float>({0}, {})), "float32[0]");
  EXPECT_EQ(Summary(nn::Datum(3)), "no tensor");
  EXPECT_EQ(Elements(nn::Tensor::Of<float>({3}, {1, 2, 3}), 2), "[1, 2, … 2 of 3]");
}

TEST(Json, KeepsShapesAndSpellsOutWhatJsonLacks) {
  EXPECT_EQ(ToJson(nn::Tensor::Of<float>({2, 2}, {1, NAN, INFINITY, -INFINITY})).dump(),
            R"({"dtype":"float32","shape":[2,2],"data":[[1.0,"NaN"],["Infinity","-Infinity"]]})");
  EXPECT_EQ(ToJson(nn::Datum(nn::Datum::Tuple{{1, true, "x", nn::Datum()}})).dump(), R"([1,true,"x",null])");
}

TEST(EventName, ShowsTheRootAndRepeatedCalls) {
  contract::HookEvent event;
  EXPECT_EQ(EventName(event), "''");
  event.path = "relu";
  event.call_index = 1;
  EXPECT_EQ(EventName(event), "relu#1");
}

}  // namespace
}  // namespace moduled::modulectl
