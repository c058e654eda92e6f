// Large tensors between messages and the bytes that gRPC carries.
#include "server/rpc/attached_messages.h"

#include <gmock/gmock.h>
#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "moduled/v1/inference.pb.h"
#include "proto/contract/codec/inference_codec.h"
#include "tests/server/rpc/rpc_fixture.h"

namespace moduled::server {
namespace {

using contract::RoutesOf;
using Through = contract::TensorRoutes::Through;

constexpr int64_t kRows = 4096;

v1::ForwardRequest LargeRequest() {
  v1::ForwardRequest message;
  v1::Tensor& tensor = *message.add_inputs()->mutable_tensor();
  tensor.set_dtype(v1::FLOAT32);
  tensor.add_shape(kRows);
  tensor.add_shape(3);
  std::vector<float> elements;
  for (int64_t i = 0; i < kRows * 3; ++i) elements.push_back(static_cast<float>(i % 97) - 48);
  tensor.set_data(elements.data(), elements.size() * sizeof(float));
  message.set_request_id("large");
  return message;
}

// As gRPC hands messages over: in slices of no particular size.
grpc::ByteBuffer Sliced(const std::string& bytes, size_t size) {
  std::vector<grpc::Slice> slices;
  for (size_t at = 0; at < bytes.size(); at += size) slices.emplace_back(bytes.substr(at, size));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

bool IsInside(const absl::string_view piece, const std::vector<grpc::Slice>& slices) {
  for (const grpc::Slice& slice : slices) {
    const char* begin = reinterpret_cast<const char*>(slice.begin());
    if (piece.data() >= begin && piece.data() + piece.size() <= begin + slice.size()) return true;
  }
  return false;
}

TEST(AttachedMessages, LeaveReceivedTensorsWhereGrpcHasThem) {
  const v1::ForwardRequest sent = LargeRequest();
  const grpc::ByteBuffer bytes = Sliced(sent.SerializeAsString(), 10'000);
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(bytes.Dump(&slices).ok());
  v1::ForwardRequest message;
  contract::ReceivedAttachments attachments;
  ASSERT_TRUE(ParseDetached(bytes, RoutesOf<v1::ForwardRequest, Through::kValues>(), message, attachments).ok());
  ASSERT_EQ(attachments.size(), 1u);
  EXPECT_EQ(std::string(attachments[0]), sent.inputs(0).tensor().data());
  for (const absl::string_view piece : attachments[0].Chunks()) EXPECT_TRUE(IsInside(piece, slices));
  EXPECT_EQ(message.inputs(0).tensor().data(), "");
  EXPECT_EQ(message.request_id(), "large");
}

TEST(AttachedMessages, SendTensorsFromWhereTheyAre) {
  contract::ForwardReply reply;
  const nn::Tensor tensor = *nn::Tensor::Zeros({nn::DType::kFloat32, {kRows, 3}});
  reply.output = nn::Datum(tensor);
  v1::ForwardResponse message;
  contract::SentAttachments attachments;
  ASSERT_TRUE(contract::Encode(reply, message, &attachments).ok());
  const auto& routes = RoutesOf<v1::ForwardResponse, Through::kEverything>();
  const auto bytes = SerializeAttached(message, routes, attachments, 1 << 20);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(bytes->Dump(&slices).ok());
  ASSERT_EQ(slices.size(), 2u);
  EXPECT_EQ(slices[1].begin(), tensor.data());
  EXPECT_EQ(slices[1].size(), tensor.byte_size());
  const auto refused = SerializeAttached(message, routes, attachments, tensor.byte_size());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(AttachedMessages, SayWhatIsWrongWithDataThatDoesNotFit) {
  v1::ForwardRequest sent = LargeRequest();
  sent.mutable_inputs(0)->mutable_tensor()->set_shape(0, kRows + 1);
  v1::ForwardRequest message;
  contract::ReceivedAttachments attachments;
  const grpc::ByteBuffer bytes = Sliced(sent.SerializeAsString(), 5'000);
  ASSERT_TRUE(ParseDetached(bytes, RoutesOf<v1::ForwardRequest, Through::kValues>(), message, attachments).ok());
  EXPECT_EQ(contract::Decode(std::move(message), &attachments).status(),
            absl::InvalidArgumentError("inputs[0].tensor.data: wrong number of bytes for float32[4097, 3] (got 49152, "
                                       "want 49164)"));
}

class LargeCallTest : public RpcTest {};

TEST_F(LargeCallTest, IsAnsweredAsItsRowsAre) {
  v1::ForwardRequest large = LargeRequest();
  large.mutable_model()->set_name("tiny");
  large.add_hooks()->set_path("");
  v1::ForwardResponse whole;
  const grpc::Status status = Forward(large, &whole);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(whole.output().tensor().data().size(), kRows * 2 * sizeof(float));
  ASSERT_EQ(whole.events_size(), 1);
  EXPECT_EQ(whole.events(0).output().tensor().data(), whole.output().tensor().data());
  EXPECT_EQ(whole.events(0).inputs(0).tensor().data(), large.inputs(0).tensor().data());
  for (const int64_t row : {int64_t{0}, int64_t{1234}, kRows - 1}) {
    v1::ForwardRequest one = large;
    one.clear_hooks();
    v1::Tensor& tensor = *one.mutable_inputs(0)->mutable_tensor();
    tensor.set_shape(0, 1);
    tensor.set_data(large.inputs(0).tensor().data().substr(row * 3 * sizeof(float), 3 * sizeof(float)));
    v1::ForwardResponse single;
    ASSERT_TRUE(Forward(one, &single).ok());
    // Other kernels may serve one row than many.
    const auto at = [](const v1::ForwardResponse& reply, int64_t place) {
      float element = 0;
      std::memcpy(&element, reply.output().tensor().data().data() + place * sizeof(float), sizeof(float));
      return element;
    };
    for (const int64_t column : {0, 1}) {
      EXPECT_NEAR(at(single, column), at(whole, row * 2 + column), 1e-4) << "row " << row;
    }
  }
}

}  // namespace
}  // namespace moduled::server
