#include "proto/contract/codec/plan_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PlanCodec, KeepsACall) {
  const PlanCall call{.model = {"m", "2"},
                      .inputs = {{nn::DType::kFloat32, {1, 3}}, {nn::DType::kInt64, {}}},
                      .threads = 4,
                      .runs = 0,
                      .observed = {"", "layer1.*"}};
  v1::DescribePlanRequest message;
  Encode(call, message);
  const auto decoded = Decode(message);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->model, call.model);
  EXPECT_EQ(decoded->inputs, call.inputs);
  EXPECT_EQ(decoded->threads, 4u);
  EXPECT_EQ(decoded->runs, 0u) << "which is another than unset";
  EXPECT_THAT(decoded->observed, ElementsAre("", "layer1.*"));
}

TEST(PlanCodec, RunsTenTimesUnlessToldOtherwise) { EXPECT_EQ(Decode(v1::DescribePlanRequest())->runs, 10u); }

TEST(PlanCodec, KeepsAPlan) {
  PlanReply reply{.model = {"m", "2"},
                  .precision = Precision::kFast,
                  .threads = 2,
                  .inputs = {{nn::DType::kFloat32, {1, 3}}},
                  .arena_bytes = uint64_t{5} << 30,
                  .result_bytes = 12,
                  .runs = 7,
                  .time = absl::Nanoseconds(300)};
  reply.steps.push_back({.op = "convolution",
                         .absorbed = {"batch_norm", "relu"},
                         .algorithm = "direct",
                         .channels_last = true,
                         .path = "layer1.0",
                         .outputs = {{nn::DType::kFloat32, {1, 2, 2, 8}}},
                         .scratch_bytes = 64,
                         .time = absl::Nanoseconds(200)});
  reply.steps.push_back(reply.steps[0]);
  reply.steps[1].channels_last = false;
  v1::DescribePlanResponse message;
  Encode(reply, message);
  const auto decoded = Decode(message);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->model, reply.model);
  EXPECT_EQ(decoded->precision, Precision::kFast);
  EXPECT_EQ(decoded->threads, 2u);
  EXPECT_EQ(decoded->inputs, reply.inputs);
  EXPECT_EQ(decoded->arena_bytes, reply.arena_bytes);
  EXPECT_EQ(decoded->result_bytes, 12u);
  EXPECT_EQ(decoded->runs, 7u);
  EXPECT_EQ(decoded->time, reply.time);
  ASSERT_EQ(decoded->steps.size(), 2u);
  const PlanStep& step = decoded->steps[0];
  EXPECT_EQ(step.op, "convolution");
  EXPECT_THAT(step.absorbed, ElementsAre("batch_norm", "relu"));
  EXPECT_EQ(step.algorithm, "direct");
  EXPECT_TRUE(step.channels_last);
  EXPECT_FALSE(decoded->steps[1].channels_last);
  EXPECT_EQ(step.path, "layer1.0");
  EXPECT_EQ(step.outputs, reply.steps[0].outputs);
  EXPECT_EQ(step.scratch_bytes, 64u);
  EXPECT_EQ(step.time, absl::Nanoseconds(200));
}

TEST(PlanCodec, RefusesTypesThatAreNone) {
  v1::DescribePlanRequest request;
  request.add_inputs()->add_shape(3);
  EXPECT_THAT(std::string(Decode(request).status().message()), HasSubstr("inputs[0].dtype: not set"));
  request.mutable_inputs(0)->set_dtype(v1::FLOAT32);
  request.mutable_inputs(0)->add_shape(-1);
  EXPECT_THAT(std::string(Decode(request).status().message()), HasSubstr("inputs[0].shape: negative extent"));
  v1::DescribePlanResponse response;
  response.add_steps()->add_outputs();
  EXPECT_THAT(std::string(Decode(response).status().message()), HasSubstr("steps[0].outputs[0].dtype: not set"));
}

TEST(PlanCodec, RefusesMoreThanACallMayHave) {
  v1::DescribePlanRequest many_inputs;
  for (int i = 0; i < 1025; ++i) many_inputs.add_inputs()->set_dtype(v1::FLOAT32);
  EXPECT_EQ(Decode(many_inputs).status(), absl::InvalidArgumentError("inputs: too many (got 1025, want at most 1024)"));
  v1::DescribePlanRequest many_observed;
  for (int i = 0; i < 1025; ++i) many_observed.add_observed();
  EXPECT_EQ(Decode(many_observed).status(),
            absl::InvalidArgumentError("observed: too many (got 1025, want at most 1024)"));
}

}  // namespace
}  // namespace moduled::contract
