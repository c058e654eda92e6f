#include "proto/contract/codec/summary_codec.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One row with a value of its own in every field.
constexpr char kSummary[] = R"pb(
  model { name: "m" version: "2" }
  rows {
    path: "a"
    called_as: "b.a"
    type: "Conv2d"
    depth: 2
    call_index: 1
    called: true
    leaf: true
    inputs {
      name: "[0]"
      tensor {
        dtype: FLOAT32
        shape: [ 1, 3 ]
      }
    }
    outputs { tensor { dtype: INT64 } }
    own_parameters: 11
    total_parameters: 12
    trainable_parameters: 13
    mult_adds: 14
    activation_bytes: 15
    kernel_shape: [ 3, 5 ]
    recursive: true
    dtype: FLOAT64
    error: "why"
  }
  rows { type: "ReLU" }
  totals {
    parameters: 1
    trainable_parameters: 2
    mult_adds: 3
    input_bytes: 4
    activation_bytes: 5
    parameter_bytes: 6
    buffer_bytes: 7
  }
  error: "it does not fit"
)pb";

v1::SummaryResponse Response() {
  v1::SummaryResponse message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kSummary, &message));
  return message;
}

TEST(SummaryCodec, KeepsEveryFieldOfASummary) {
  const v1::SummaryResponse message = Response();
  const auto reply = Decode(message);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->rows[0].dtype, nn::DType::kFloat64);
  EXPECT_EQ(reply->rows[1].dtype, std::nullopt);
  v1::SummaryResponse again;
  Encode(*reply, again);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(again, message)) << again.DebugString();
}

TEST(SummaryCodec, KeepsACall) {
  v1::SummaryRequest message;
  Encode(SummaryCall{{"m", "2"}, {{nn::DType::kFloat32, {1, 3}}, {nn::DType::kBool, {}}}}, message);
  const auto call = Decode(message);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->model, (ModelRef{"m", "2"}));
  EXPECT_THAT(call->inputs,
              ElementsAre(nn::TensorSpec{nn::DType::kFloat32, {1, 3}}, nn::TensorSpec{nn::DType::kBool, {}}));
  EXPECT_THAT(Decode(v1::SummaryRequest())->inputs, IsEmpty());
}

TEST(SummaryCodec, RefusesTypesThatAreNone) {
  v1::SummaryRequest request;
  request.add_inputs()->set_dtype(v1::FLOAT32);
  request.add_inputs();
  EXPECT_THAT(std::string(Decode(request).status().message()), HasSubstr("inputs[1].dtype: not set"));

  v1::SummaryResponse response = Response();
  response.mutable_rows(0)->mutable_outputs(0)->clear_tensor();
  EXPECT_THAT(std::string(Decode(response).status().message()), HasSubstr("rows[0].outputs[0].tensor.dtype: not set"));
  response = Response();
  response.mutable_rows(1)->set_dtype(v1::DTYPE_UNSPECIFIED);
  EXPECT_THAT(std::string(Decode(response).status().message()), HasSubstr("rows[1].dtype: not set"));
}

}  // namespace
}  // namespace moduled::contract
