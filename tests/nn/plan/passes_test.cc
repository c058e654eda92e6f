// The optimiser: what it makes of small networks, and that they compute the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "nn/graph/graph_builder.h"
#include "nn/ops/add.h"
#include "nn/ops/avg_pool.h"
#include "nn/ops/batch_norm.h"
#include "nn/ops/cat.h"
#include "nn/ops/convolution.h"
#include "nn/ops/gelu.h"
#include "nn/ops/linear.h"
#include "nn/ops/max_pool.h"
#include "nn/ops/mean.h"
#include "nn/ops/mul.h"
#include "nn/ops/recurrent.h"
#include "nn/ops/relu.h"
#include "nn/ops/reshape.h"
#include "nn/ops/sigmoid.h"
#include "nn/plan/passes/pass.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// A network as it is written down, operator by operator.
class Network {
 public:
  explicit Network(const Shape& input) : input_(builder_.AddInput({DType::kFloat32, input})) {
    example_ = random_.ATensor<float>(input, -1, 1);
  }

  Value input() const { return input_; }
  const Tensor& example() const { return example_; }
  Value Weight(const Shape& shape, double low = -0.5, double high = 0.5) {
    return builder_.AddConstant(random_.ATensor<float>(shape, low, high), "");
  }
  template <Operator T>
  Value Apply(typename T::Attrs attrs, std::initializer_list<Value> inputs) {
    return *builder_.Apply<T>(std::move(attrs), inputs);
  }

  Value Convolution(Value x, int64_t out, int64_t kernel, int64_t stride = 1, bool bias = true) {
    const int64_t in = builder_.spec(x).shape[1];
    const int64_t padding = kernel / 2;
    const ConvolutionOp::Attrs attrs = {.stride = {stride, stride},
                                        .padding_begin = {padding, padding},
                                        .padding_end = {padding, padding},
                                        .dilation = {1, 1}};
    const Value weight = Weight({out, in, kernel, kernel});
    return bias ? Apply<ConvolutionOp>(attrs, {x, weight, Weight({out})}) : Apply<ConvolutionOp>(attrs, {x, weight});
  }
  Value BatchNorm(Value x) {
    const int64_t channels = builder_.spec(x).shape[1];
    return Apply<BatchNormOp>(
        {}, {x, Weight({channels}), Weight({channels}, 0.5, 2), Weight({channels}), Weight({channels})});
  }
  Value Relu(Value x) { return Apply<ReluOp>({}, {x}); }
  Value Add(Value a, Value b) { return Apply<AddOp>({}, {a, b}); }

  // The plan with the passes that are not disabled.
  std::shared_ptr<const Plan> Compile(Value output, std::vector<std::string> disabled = {},
                                      Precision precision = Precision::kDefault, int threads = 1) {
    builder_.graph().output = Symbol(output);
    const auto plan = Plan::Compile(std::make_shared<const Graph>(builder_.graph()),
                                    {.threads = threads, .precision = precision, .disabled_passes = disabled});
    EXPECT_EQ(plan.status(), absl::OkStatus());
    return plan.ok() ? *plan : nullptr;
  }

  Tensor Run(const Plan& plan) const {
    Workspace workspace;
    const auto output = plan.Execute({example_}, workspace);
    EXPECT_EQ(output.status(), absl::OkStatus());
    return output.ok() ? *output->As<Tensor>() : Tensor();
  }

  // The names of the plan's operators, once it is known to compute what the network does without any pass.
  std::vector<std::string> Steps(Value output, Precision precision = Precision::kDefault) {
    std::vector<std::string> all;
    for (const Pass& pass : AllPasses()) all.emplace_back(pass.name);
    const auto plain = Compile(output, all, precision);
    const std::vector<double> want = Doubles(Run(*plain));
    std::vector<std::string> steps;
    for (const int threads : {2, 1}) {
      const auto plan = Compile(output, {}, precision, threads);
      ExpectClose(Run(*plan), want, 2e-5);
      steps.clear();
      for (absl::string_view line : absl::StrSplit(plan->ToString(), '\n', absl::SkipEmpty())) {
        steps.emplace_back(line.substr(0, line.find(' ')));
      }
    }
    return steps;
  }

 private:
  Random random_;
  GraphBuilder builder_;
  Value input_;
  Tensor example_;
};

TEST(Passes, MakeOneStepOfAConvolutionAndWhatFollowsIt) {
  Network n({2, 3, 9, 8});
  EXPECT_THAT(n.Steps(n.Relu(n.BatchNorm(n.Convolution(n.input(), 5, 3)))),
              ElementsAre("permute", "channels_last_convolution", "permute"));
}

TEST(Passes, SayWhatEachStepComputes) {
  Network n({1, 3, 9, 8});
  const auto plan = n.Compile(n.Relu(n.BatchNorm(n.Convolution(n.input(), 5, 3))));
  const std::vector<PlanStep> steps = plan->Steps();
  ASSERT_EQ(steps.size(), 3);
  EXPECT_THAT(steps[1].absorbed, ElementsAre("batch_norm", "relu"));
  EXPECT_TRUE(steps[1].channels_last);
  EXPECT_FALSE(steps[2].channels_last);
  EXPECT_EQ(steps[2].outputs, (std::vector<TensorSpec>{{DType::kFloat32, {1, 5, 9, 8}}}));
  Workspace workspace;
  const auto times = plan->Time({n.example()}, workspace, 3);
  ASSERT_EQ(times.status(), absl::OkStatus());
  EXPECT_EQ(times->size(), 3);
  EXPECT_EQ(plan->Time({}, workspace, 3).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Passes, KeepImagesInOneLayoutThroughAResidualBlock) {
  Network n({1, 16, 7, 6});
  const Value stem = n.Relu(n.Convolution(n.input(), 16, 1));
  const Value inner = n.Relu(n.BatchNorm(n.Convolution(stem, 16, 3, 1, /*bias=*/false)));
  const Value block = n.Relu(n.Add(n.BatchNorm(n.Convolution(inner, 16, 3, 1, /*bias=*/false)), stem));
  const Value pooled = n.Apply<MeanOp>({.axes = {2, 3}}, {block});
  EXPECT_THAT(n.Steps(n.Apply<LinearOp>({}, {pooled, n.Weight({4, 16})})),
              ElementsAre("permute", "channels_last_convolution", "channels_last_convolution",
                          "channels_last_convolution", "mean", "linear"));
}

TEST(Passes, AddTheOtherWayRoundToo) {
  Network n({1, 4, 5, 5});
  const Value a = n.Convolution(n.input(), 8, 1);
  const Value b = n.Convolution(n.input(), 8, 3);
  EXPECT_THAT(n.Steps(n.Relu(n.Add(n.BatchNorm(b), a))),
              ElementsAre("permute", "channels_last_convolution", "channels_last_convolution", "permute"));
}

TEST(Passes, CarryPoolsNormsCatsAndGatesAlong) {
  Network n({2, 3, 11, 10});
  const Value x = n.Convolution(n.input(), 6, 3, 2);
  const Value normed = n.Relu(n.BatchNorm(n.Relu(x)));
  const Value most = n.Apply<MaxPoolOp>(
      {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}, .dilation = {1, 1}, .ceil_mode = true}, {normed});
  const Value mean =
      n.Apply<AvgPoolOp>({.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}, .ceil_mode = true}, {x});
  const Value both = n.Apply<CatOp>({.axis = 1}, {most, mean});
  const Value gate = n.Apply<SigmoidOp>({}, {n.Apply<MeanOp>({.axes = {2, 3}, .keepdim = true}, {both})});
  EXPECT_THAT(n.Steps(n.Apply<MulOp>({}, {both, gate})),
              ElementsAre("permute", "channels_last_convolution", "relu", "channels_last_batch_norm",
                          "channels_last_pool", "channels_last_pool", "cat", "mean", "sigmoid", "mul", "permute"));
}

TEST(Passes, ApplyFunctionsAndSumsInLinearLayers) {
  Network n({3, 5, 8});
  const Value up = n.Apply<GeluOp>({}, {n.Apply<LinearOp>({}, {n.input(), n.Weight({12, 8}), n.Weight({12})})});
  const Value down = n.Apply<LinearOp>({}, {up, n.Weight({8, 12}), n.Weight({8})});
  EXPECT_THAT(n.Steps(n.Add(n.input(), down)), ElementsAre("fused_linear", "fused_linear"));
}

TEST(Passes, LeaveOutWhatOnlyAGradientWouldRead) {
  GraphBuilder builder;
  const TensorSpec gates = {DType::kFloat32, {3, 8}}, state = {DType::kFloat32, {1, 2}};
  const std::vector<Value> inputs = {builder.AddInput(gates), builder.AddInput(state), builder.AddInput(state),
                                     builder.AddInput({DType::kFloat32, {8, 2}})};
  const std::vector<Value> results =
      *builder.Apply(Op::Of<RecurrentOp>({.kind = RecurrentKind::kLstm, .bias = false}), inputs);
  const auto outputs = [&](Value output) {
    builder.graph().output = Symbol(output);
    const auto plan = Plan::Compile(std::make_shared<const Graph>(builder.graph()), {});
    return (*plan)->Steps()[0].outputs;
  };
  EXPECT_THAT(outputs(results[0]), ElementsAre(TensorSpec{DType::kFloat32, {3, 2}}, state, state));
  EXPECT_THAT(outputs(results[4]), SizeIs(5));
}

TEST(Passes, LeaveDoublesAlone) {
  GraphBuilder builder;
  const Value x = builder.AddInput({DType::kFloat64, {2, 3}});
  const Value weight = builder.AddConstant(Tensor::Of<double>({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  const Value y = *builder.Apply<LinearOp>({}, {x, weight});
  builder.graph().output = Symbol(*builder.Apply<ReluOp>({}, {*builder.Apply<AddOp>({}, {y, x})}));
  const auto plan = Plan::Compile(std::make_shared<const Graph>(std::move(builder.graph())), {});
  ASSERT_EQ(plan.status(), absl::OkStatus());
  EXPECT_THAT((*plan)->ToString(), Not(HasSubstr("fused")));
}

TEST(Passes, ComputeConstantsOnce) {
  Network n({2, 4});
  const Value weight = n.Relu(n.Weight({3, 4}));
  EXPECT_THAT(n.Steps(n.Apply<LinearOp>({}, {n.input(), n.Apply<MulOp>({}, {weight, weight})})), ElementsAre("linear"));
}

TEST(Passes, KeepValuesApartThatSeveralRead) {
  Network n({1, 3, 6, 6});
  const Value x = n.Convolution(n.input(), 4, 3);
  // The sum wants the convolution's own result, which the activation must not overwrite.
  EXPECT_THAT(n.Steps(n.Add(n.Relu(x), x)),
              ElementsAre("permute", "channels_last_convolution", "relu", "add", "permute"));
}

TEST(Passes, LeaveBatchNormsAloneWhereEveryRoundingCounts) {
  Network n({1, 3, 6, 6});
  EXPECT_THAT(n.Steps(n.BatchNorm(n.Convolution(n.input(), 4, 3)), Precision::kExact),
              ElementsAre("permute", "channels_last_convolution", "channels_last_batch_norm", "permute"));
}

TEST(Passes, CanBeSwitchedOffByName) {
  Network n({1, 3, 6, 6});
  const Value y = n.Relu(n.Convolution(n.input(), 4, 3));
  EXPECT_THAT(n.Compile(y, {"channels_last"})->ToString(), Not(HasSubstr("channels_last")));
  EXPECT_THAT(n.Compile(y, {"fuse_epilogues"})->ToString(), HasSubstr("relu"));
  const auto unknown = Plan::Compile(std::make_shared<const Graph>(), {.disabled_passes = {"fold"}});
  EXPECT_THAT(unknown.status().message(), HasSubstr("unknown pass \"fold\" (want one of fold_constants, "));
}

}  // namespace
}  // namespace moduled::nn
