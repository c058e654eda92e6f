#include "proto/contract/codec/apply_codec.h"

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

template <class Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// The one function of a request.
ApplyFunction Decoded(const std::string& function) {
  const auto call = Decode(FromText<v1::ApplyRequest>("functions { " + function + " }"));
  EXPECT_TRUE(call.ok()) << call.status();
  return call->functions.at(0);
}

template <class T>
T ActionOf(const std::string& function) {
  return std::get<T>(Decoded(function).action);
}

TEST(ApplyCodec, KeepsEveryFunctionWithItsArguments) {
  const auto message = FromText<v1::ApplyRequest>(R"pb(
    model { name: "m" version: "2" }
    path: "layer1"
    seed: 18446744073709551615
    functions {
      type: "Linear"
      names: [ "weight", "bias" ]
      uniform { a: -0.5 b: 2 }
    }
    functions { normal { mean: 3 std: 0.25 } }
    functions { constant { val: -7 } }
    functions { eye {} }
    functions { dirac { groups: 2 } }
    functions { xavier_uniform { gain: 0.5 } }
    functions { xavier_normal { gain: 3 } }
    functions { kaiming_uniform { a: 0.1 mode: "fan_out" nonlinearity: "relu" } }
    functions { kaiming_normal { a: 0.2 mode: "fan_in" nonlinearity: "tanh" } }
    functions { trunc_normal { mean: 1 std: 2 a: -3 b: 4 } }
    functions { orthogonal { gain: 0.75 } }
    functions { sparse { sparsity: 0.5 std: 0.125 } }
    functions { reset_parameters {} }
    functions { cast: BFLOAT16 }
    functions { scale: 0.5 }
    functions { clamp { min: -1 max: 1 } }
    functions { clamp { min: 0 } }
    functions { clamp { max: 6 } }
    functions { train: false }
    functions { train: true }
    functions { requires_grad: false }
  )pb");
  const auto call = Decode(message);
  ASSERT_TRUE(call.ok()) << call.status();
  v1::ApplyRequest again;
  Encode(*call, again);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(again, message)) << again.DebugString();
}

TEST(ApplyCodec, GivesArgumentsThatAreNotSetTorchsDefaults) {
  EXPECT_EQ(ActionOf<UniformInit>("uniform {}").b, 1);
  EXPECT_EQ(ActionOf<UniformInit>("uniform { b: 0 }").b, 0) << "which is another than unset";
  EXPECT_EQ(ActionOf<NormalInit>("normal {}").std, 1);
  EXPECT_EQ(ActionOf<DiracInit>("dirac {}").groups, 1);
  EXPECT_EQ(ActionOf<XavierInit>("xavier_normal {}").gain, 1);
  EXPECT_EQ(ActionOf<KaimingInit>("kaiming_uniform {}").mode, "fan_in");
  EXPECT_EQ(ActionOf<KaimingInit>("kaiming_uniform {}").nonlinearity, "leaky_relu");
  EXPECT_EQ(ActionOf<TruncNormalInit>("trunc_normal {}").std, 1);
  EXPECT_EQ(ActionOf<TruncNormalInit>("trunc_normal {}").a, -2);
  EXPECT_EQ(ActionOf<TruncNormalInit>("trunc_normal {}").b, 2);
  EXPECT_EQ(ActionOf<OrthogonalInit>("orthogonal {}").gain, 1);
  EXPECT_EQ(ActionOf<SparseInit>("sparse {}").std, 0.01);
  EXPECT_EQ(ActionOf<ClampFunction>("clamp {}").min, std::nullopt);
  EXPECT_EQ(ActionOf<ClampFunction>("clamp {}").max, std::nullopt);
  EXPECT_THAT(Decoded("eye {}").names, IsEmpty());
}

TEST(ApplyCodec, TakesOnesAndZerosForConstants) {
  EXPECT_EQ(ActionOf<ConstantInit>("ones {}").val, 1);
  EXPECT_EQ(ActionOf<ConstantInit>("zeros {}").val, 0);
}

TEST(ApplyCodec, RefusesCallsThatDoNothing) {
  EXPECT_EQ(Decode(v1::ApplyRequest()).status(),
            absl::InvalidArgumentError("functions: there are none (want at least one)"));
  EXPECT_EQ(Decode(FromText<v1::ApplyRequest>("functions { eye {} } functions { type: 'Linear' }")).status(),
            absl::InvalidArgumentError("functions[1]: no function is set"));
  EXPECT_THAT(
      std::string(Decode(FromText<v1::ApplyRequest>("functions { cast: DTYPE_UNSPECIFIED }")).status().message()),
      HasSubstr("functions[0].cast: not set"));
}

TEST(ApplyCodec, KeepsAReply) {
  v1::ApplyResponse message;
  Encode(ApplyReply{{"m", "3"}, {{"a", "Linear", {"weight", "training"}}, {"", "Net", {}}}}, message);
  const ApplyReply reply = Decode(message);
  EXPECT_EQ(reply.model, (ModelRef{"m", "3"}));
  ASSERT_EQ(reply.visited.size(), 2u);
  EXPECT_EQ(reply.visited[0].path, "a");
  EXPECT_EQ(reply.visited[0].type, "Linear");
  EXPECT_THAT(reply.visited[0].changed, ElementsAre("weight", "training"));
  EXPECT_EQ(reply.visited[1].type, "Net");
  EXPECT_THAT(reply.visited[1].changed, IsEmpty());
}

}  // namespace
}  // namespace moduled::contract
