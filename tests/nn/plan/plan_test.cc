#include "nn/plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stop_token>
#include <thread>

#include "tests/nn/plan/test_ops.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const TensorSpec kPair{DType::kFloat32, {1, 2}};
const Tensor kOneTwo = Tensor::Of<float>({1, 2}, {1, 2});

std::shared_ptr<const Graph> Finish(GraphBuilder& builder, Symbol output) {
  builder.graph().output = std::move(output);
  return std::make_shared<const Graph>(std::move(builder.graph()));
}

std::shared_ptr<const Plan> Compile(std::shared_ptr<const Graph> graph, std::vector<HookPoint> observed = {}) {
  return *Plan::Compile(std::move(graph), {.observed = std::move(observed)});
}

std::vector<float> Elements(const Datum& datum) {
  const Tensor* tensor = datum.As<Tensor>();
  if (tensor == nullptr) return {};
  return {tensor->elements<float>().begin(), tensor->elements<float>().end()};
}

// Writes down what it is told.
class Recorder final : public Observer {
 public:
  void OnObservation(Observation observation) override { seen.push_back(std::move(observation)); }
  std::vector<Observation> seen;
};

// Adds a call of a module that surrounds what `body` applies.
template <class Body>
Value Call(GraphBuilder& builder, const std::string& path, Value input, Body body) {
  const auto call = static_cast<int32_t>(builder.graph().calls.size());
  ModuleCall record;
  record.path = record.called_as = path;
  record.type = "Test";
  record.inputs = {Symbol(input)};
  builder.graph().calls.push_back(std::move(record));
  builder.graph().points.push_back({call, HookKind::kForwardPre});
  const int32_t outer = builder.current_call();
  builder.set_current_call(call);
  const Value output = body(input);
  builder.set_current_call(outer);
  builder.graph().calls[call].output = Symbol(output);
  builder.graph().points.push_back({call, HookKind::kForward});
  return output;
}

TEST(Plan, RunsAChainWithOneBufferInPlace) {
  GraphBuilder builder;
  Value x = builder.AddInput(kPair);
  for (float amount : {1.0f, 10.0f, 100.0f}) x = *builder.Apply<PlusOp>({amount}, {x});
  const auto plan = Compile(Finish(builder, x));
  Workspace workspace;
  EXPECT_THAT(Elements(*plan->Execute({kOneTwo}, workspace)), ElementsAre(112, 113));
  EXPECT_THAT(Elements(kOneTwo), ElementsAre(1, 2)) << "the input was overwritten";
  EXPECT_EQ(plan->escaping_bytes(), 8);
  EXPECT_EQ(plan->arena_bytes(), Tensor::kAlignment);
}

TEST(Plan, DoesNotOverwriteAValueThatIsNeededLater) {
  GraphBuilder builder;
  const Value x = builder.AddInput(kPair);
  const Value a = *builder.Apply<PlusOp>({1}, {x});
  const Value b = *builder.Apply<PlusOp>({10}, {a});
  const Value c = *builder.Apply<PlainSumOp>({}, {a, b});
  const auto plan = Compile(Finish(builder, c));
  Workspace workspace;
  EXPECT_THAT(Elements(*plan->Execute({kOneTwo}, workspace)), ElementsAre(14, 16));
}

TEST(Plan, LeavesOutWhatNothingNeeds) {
  GraphBuilder builder;
  const Value x = builder.AddInput(kPair);
  const Value used = *builder.Apply<PlusOp>({1}, {x});
  ASSERT_TRUE(builder.Apply<PlainSumOp>({}, {x, used}).ok());
  const auto plan = Compile(Finish(builder, used));
  EXPECT_THAT(plan->ToString(), testing::Not(HasSubstr("sum")));
}

TEST(Plan, AnswersViewsOfInputsConstantsAndResults) {
  GraphBuilder builder;
  const Value x = builder.AddInput(kPair);
  const Value constant = builder.AddConstant(Tensor::Of<float>({2, 1}, {7, 8}), "weight");
  const Value sum = *builder.Apply<PlusOp>({1}, {x});
  const auto flat = [&](Value v) { return Symbol(*builder.Apply<FlatOp>({}, {v})); };
  const auto plan = Compile(Finish(builder, Symbol(Symbol::Tuple{{flat(x), flat(constant), flat(sum), 3}})));
  Workspace workspace;
  const Datum output = *plan->Execute({kOneTwo}, workspace);
  const std::vector<Datum>& items = output.As<Datum::Tuple>()->items;
  EXPECT_THAT(Elements(items[0]), ElementsAre(1, 2));
  EXPECT_EQ(items[0].As<Tensor>()->shape(), Shape({2}));
  EXPECT_THAT(Elements(items[1]), ElementsAre(7, 8));
  EXPECT_THAT(Elements(items[2]), ElementsAre(2, 3));
  EXPECT_EQ(*items[3].As<int64_t>(), 3);
}

TEST(Plan, AnswersTensorsThatOutliveTheRunAndTheNextOne) {
  GraphBuilder builder;
  const Value x = builder.AddInput(kPair);
  const auto plan = Compile(Finish(builder, *builder.Apply<PlusOp>({1}, {x})));
  Workspace workspace;
  const Datum first = *plan->Execute({kOneTwo}, workspace);
  const Datum second = *plan->Execute({Tensor::Of<float>({1, 2}, {5, 6})}, workspace);
  EXPECT_THAT(Elements(first), ElementsAre(2, 3));
  EXPECT_THAT(Elements(second), ElementsAre(6, 7));
}

TEST(Plan, TellsObserversInFiringOrderAndBeforeTheRunEnds) {
  GraphBuilder builder;
  const Value x = builder.AddInput(kPair);
  const Value y = Call(builder, "", x, [&](Value root_in) {
    const Value a = Call(builder, "a", root_in, [&](Value v) { return *builder.Apply<PlusOp>({1}, {v}); });
    return Call(builder, "b", a, [&](Value v) { return *builder.Apply<PlusOp>({10}, {v}); });
  });
  const std::shared_ptr<const Graph> graph = Finish(builder, y);
  const auto plan = Compile(graph, graph->points);
  Workspace workspace;
  Recorder recorder;
  ASSERT_TRUE(plan->Execute({kOneTwo}, workspace, {}, &recorder).ok());
  std::vector<std::string> order;
  for (const Observation& seen : recorder.seen) {
    order.push_back((seen.kind == HookKind::kForwardPre ? "pre:" : "post:") + seen.call.path);
  }
  EXPECT_THAT(order, ElementsAre("pre:", "pre:a", "post:a", "pre:b", "post:b", "post:"));
  EXPECT_THAT(Elements(recorder.seen[2].output), ElementsAre(2, 3)) << "an in-place operator overwrote it";
  EXPECT_THAT(Elements(recorder.seen[3].inputs[0]), ElementsAre(2, 3));
  EXPECT_THAT(Elements(recorder.seen[5].output), ElementsAre(12, 13));
}

TEST(Plan, StreamsAnObservationBeforeALaterStepFails) {
  GraphBuilder builder;
  const Value x = builder.AddInput(kPair);
  const Value a = Call(builder, "a", x, [&](Value v) { return *builder.Apply<PlusOp>({1}, {v}); });
  const Value b = Call(builder, "b", a, [&](Value v) { return *builder.Apply<FailOp>({}, {v}); });
  const std::shared_ptr<const Graph> graph = Finish(builder, b);
  const auto plan = Compile(graph, {graph->points[1]});
  Workspace workspace;
  Recorder recorder;
  const absl::StatusOr<Datum> result = plan->Execute({kOneTwo}, workspace, {}, &recorder);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("b (Test): index out of range"));
  ASSERT_EQ(recorder.seen.size(), 1);
  EXPECT_EQ(recorder.seen[0].call.path, "a");
}

TEST(Plan, EndsBetweenStepsWhenCancelled) {
  GraphBuilder builder;
  const Value x = builder.AddInput(kPair);
  const Value a = Call(builder, "a", x, [&](Value v) { return *builder.Apply<PlusOp>({1}, {v}); });
  const Value b = *builder.Apply<FailOp>({}, {a});
  const std::shared_ptr<const Graph> graph = Finish(builder, b);
  const auto plan = Compile(graph, {graph->points[1]});

  // The observer of `a` cancels: the failing step after it must not run.
  class Canceller final : public Observer {
   public:
    void OnObservation(Observation) override { source.request_stop(); }
    std::stop_source source;
  } canceller;
  Workspace workspace;
  const auto result =
      plan->Execute({kOneTwo}, workspace, {absl::InfiniteFuture(), canceller.source.get_token()}, &canceller);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kCancelled);
}

TEST(Plan, EndsWhenTheDeadlineHasPassed) {
  GraphBuilder builder;
  const Value x = builder.AddInput(kPair);
  const auto plan = Compile(Finish(builder, *builder.Apply<PlusOp>({1}, {x})));
  Workspace workspace;
  EXPECT_EQ(plan->Execute({kOneTwo}, workspace, {.deadline = absl::InfinitePast(), .cancelled = {}}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(Plan, RefusesInputsOfAnotherType) {
  GraphBuilder builder;
  const Value x = builder.AddInput(kPair);
  const auto plan = Compile(Finish(builder, x));
  Workspace workspace;
  EXPECT_EQ(plan->Execute({}, workspace).status().code(), absl::StatusCode::kInvalidArgument);
  const auto wrong = plan->Execute({Tensor::Of<double>({1, 2}, {1, 2})}, workspace);
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("got float64[1, 2], want float32[1, 2]"));
}

TEST(Plan, RunsOnSeveralThreadsAtOnce) {
  GraphBuilder builder;
  const TensorSpec spec{DType::kFloat32, {1000}};
  Value x = builder.AddInput(spec);
  for (int i = 0; i < 20; ++i) x = *builder.Apply<PlainSumOp>({}, {x, *builder.Apply<PlusOp>({1}, {x})});
  const auto plan = Compile(Finish(builder, x));
  const auto run = [&](float start) {
    Workspace workspace;
    float want = start;
    for (int i = 0; i < 20; ++i) want = want + (want + 1);
    for (int round = 0; round < 50; ++round) {
      const Datum output = *plan->Execute({Tensor::Of<float>({1000}, std::vector<float>(1000, start))}, workspace);
      EXPECT_THAT(Elements(output), testing::Each(want));
    }
  };
  std::jthread one(run, 0.0f);
  std::jthread two(run, 3.0f);
}

}  // namespace
}  // namespace moduled::nn
