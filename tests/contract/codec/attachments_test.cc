#include "proto/contract/codec/attachments.h"

#include <gmock/gmock.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "moduled/v1/hooks.pb.h"
#include "moduled/v1/inference.pb.h"
#include "proto/contract/codec/event_codec.h"
#include "proto/contract/codec/inference_codec.h"

namespace moduled::contract {
namespace {

using Through = TensorRoutes::Through;

constexpr int64_t kLarge = static_cast<int64_t>(kLeastAttachedBytes);

// Blocks as small as gRPC would never make them: every varint and every tensor is cut somewhere.
std::optional<DetachedMessage> DetachFrom(const std::string& bytes, int block = 7) {
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()), block);
  return Detach(stream, RoutesOf<v1::ForwardRequest, Through::kValues>());
}

nn::Tensor Counting(int64_t bytes, int first) {
  nn::Tensor tensor = *nn::Tensor::Allocate({nn::DType::kUInt8, {bytes}});
  for (int64_t i = 0; i < bytes; ++i) tensor.mutable_elements<uint8_t>()[i] = static_cast<uint8_t>(first + i * 3);
  return tensor;
}

std::string Serialized(const std::vector<nn::Datum>& args) {
  ForwardCall call;
  call.model = {"net", "3"};
  call.request_id = "one";
  call.arguments.args = args;
  call.arguments.kwargs = {{"mask", nn::Datum(Counting(kLarge + 5, 9))}};
  v1::ForwardRequest message;
  EXPECT_TRUE(Encode(call, message).ok());
  return message.SerializeAsString();
}

ReceivedAttachments CutOut(const std::string& bytes, const std::vector<ByteRange>& ranges) {
  ReceivedAttachments attachments;
  for (const ByteRange& range : ranges) attachments.emplace_back(bytes.substr(range.offset, range.size));
  return attachments;
}

std::string BytesOf(const nn::Tensor& tensor) {
  std::string bytes(tensor.byte_size(), '\0');
  tensor.CopyElementsTo(bytes.data());
  return bytes;
}

TEST(Attachments, TakeLargeTensorsOutOfAMessageAndLeaveTheRestAsItWas) {
  const nn::Tensor large = Counting(kLarge * 3, 1);
  const nn::Tensor small = Counting(8, 2);
  const std::string bytes = Serialized(
      {nn::Datum(small), nn::Datum(large), nn::Datum(nn::Datum::Tuple{{nn::Datum(int64_t{4}), nn::Datum(large)}})});
  const auto detached = DetachFrom(bytes);
  ASSERT_TRUE(detached.has_value());
  EXPECT_EQ(detached->ranges.size(), 3u);
  EXPECT_LT(detached->message.size(), 200u);
  v1::ForwardRequest message;
  ASSERT_TRUE(message.ParseFromString(detached->message));
  const ReceivedAttachments attachments = CutOut(bytes, detached->ranges);
  const auto call = Decode(std::move(message), &attachments);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->model.name, "net");
  EXPECT_EQ(call->request_id, "one");
  ASSERT_EQ(call->arguments.args.size(), 3u);
  EXPECT_EQ(BytesOf(*call->arguments.args[0].As<nn::Tensor>()), BytesOf(small));
  EXPECT_EQ(BytesOf(*call->arguments.args[1].As<nn::Tensor>()), BytesOf(large));
  EXPECT_EQ(BytesOf(*(*call->arguments.args[2].Items())[1].As<nn::Tensor>()), BytesOf(large));
  EXPECT_EQ(BytesOf(*call->arguments.kwargs[0].second.As<nn::Tensor>()), BytesOf(Counting(kLarge + 5, 9)));
}

TEST(Attachments, AreWhereTheBytesOfTheMessageAre) {
  const nn::Tensor large = Counting(kLarge, 77);
  const std::string bytes = Serialized({nn::Datum(large)});
  const auto detached = DetachFrom(bytes);
  ASSERT_TRUE(detached.has_value());
  const ByteRange range = detached->ranges.at(0);
  EXPECT_EQ(bytes.substr(range.offset, range.size), BytesOf(large));
}

TEST(Attachments, LeaveSmallMessagesAlone) {
  v1::ForwardRequest message;
  message.add_inputs()->mutable_tensor()->set_data(std::string(kLarge - 1, 'x'));
  EXPECT_FALSE(DetachFrom(message.SerializeAsString()).has_value());
}

TEST(Attachments, LeaveAloneWhatIsNoMessage) {
  const std::string bytes = Serialized({nn::Datum(Counting(kLarge, 0))});
  for (const size_t size : {bytes.size() - 1, bytes.size() / 2, size_t{30}}) {
    EXPECT_FALSE(DetachFrom(bytes.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(DetachFrom(bytes + '\x0b').has_value()) << "a group";
  EXPECT_FALSE(DetachFrom(bytes + std::string("\x12\xff\xff\xff\xff\x0f", 6)).has_value()) << "a length beyond the end";
}

TEST(Attachments, LetNobodyElseMakeMarks) {
  v1::ForwardRequest message;
  message.add_inputs()->mutable_tensor()->set_data(std::string(kLarge, 'x'));
  Mark(*message.add_inputs()->mutable_tensor(), 0);
  EXPECT_FALSE(DetachFrom(message.SerializeAsString()).has_value());
}

TEST(Attachments, TakeTheLastOfSeveralDataAsProtobufDoes) {
  const auto field = [](size_t size, char fill) {
    v1::Tensor tensor;
    tensor.set_data(std::string(size, fill));
    return tensor.SerializeAsString();
  };
  const auto decoded = [&](const std::string& tensor_bytes) -> std::string {
    v1::Tensor head;
    head.set_dtype(v1::UINT8);
    v1::ForwardRequest message;
    v1::Value value;
    value.mutable_tensor();
    const std::string tensor = tensor_bytes + head.SerializeAsString();
    std::string wire;
    const auto wrap = [](int field, const std::string& inner) {
      std::string out(1, static_cast<char>((field << 3) | 2));
      for (size_t left = inner.size(); true; left >>= 7) {
        out.push_back(static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0)));
        if (left <= 0x7f) break;
      }
      return out + inner;
    };
    wire = wrap(v1::ForwardRequest::kInputsFieldNumber, wrap(v1::Value::kTensorFieldNumber, tensor));
    const auto detached = DetachFrom(wire);
    if (!detached.has_value()) return "not detached";
    v1::ForwardRequest parsed;
    EXPECT_TRUE(parsed.ParseFromString(detached->message));
    const v1::Tensor& got = parsed.inputs(0).tensor();
    const auto mark = MarkOf(got);
    if (!mark.has_value()) return got.data().substr(0, 1);
    return wire.substr(detached->ranges.at(*mark).offset, 1);
  };
  EXPECT_EQ(decoded(field(kLarge, 'a') + field(kLarge, 'b')), "b");
  EXPECT_EQ(decoded(field(3, 'a') + field(kLarge, 'b')), "b");
  EXPECT_EQ(decoded(field(kLarge, 'a') + field(3, 'b')), "b");
}

TEST(Attachments, ComeBackWhereTheirMarksAre) {
  ForwardReply reply;
  reply.model = {"net", "3"};
  reply.output = nn::Datum(nn::Datum::Dict{{{"out", nn::Datum(Counting(kLarge * 2, 5))},
                                            {"aux", nn::Datum(nn::Datum::Tuple{{nn::Datum(Counting(4, 6))}})}}});
  HookEvent event;
  event.path = "layer1";
  event.output = nn::Datum(Counting(kLarge, 8));
  reply.events = {event, event};

  v1::ForwardResponse whole;
  ASSERT_TRUE(Encode(reply, whole).ok());

  v1::ForwardResponse marked;
  SentAttachments attachments;
  ASSERT_TRUE(Encode(reply, marked, &attachments).ok());
  ASSERT_EQ(attachments.size(), 3u);
  EXPECT_LT(marked.ByteSizeLong(), 300u);
  std::vector<size_t> sizes;
  for (const nn::Tensor& tensor : attachments) sizes.push_back(tensor.byte_size());
  const auto pieces = Attach(marked.SerializeAsString(), RoutesOf<v1::ForwardResponse, Through::kEverything>(), sizes);
  ASSERT_TRUE(pieces.ok()) << pieces.status();
  std::string bytes;
  for (const MessagePiece& piece : *pieces) {
    const auto* text = std::get_if<std::string>(&piece);
    bytes += text != nullptr ? *text : BytesOf(attachments.at(std::get<size_t>(piece)));
  }
  v1::ForwardResponse parsed;
  ASSERT_TRUE(parsed.ParseFromString(bytes));
  EXPECT_EQ(parsed.SerializeAsString(), whole.SerializeAsString());
}

TEST(TensorRoutes, FollowOnlyWhatLeadsToATensor) {
  const auto& everything = RoutesOf<v1::ForwardRequest, Through::kEverything>();
  const auto& values = RoutesOf<v1::ForwardRequest, Through::kValues>();
  const auto& type = *v1::ForwardRequest::descriptor();
  EXPECT_EQ(values.Follow(type, v1::ForwardRequest::kInputsFieldNumber), v1::Value::descriptor());
  EXPECT_EQ(values.Follow(type, v1::ForwardRequest::kModelFieldNumber), nullptr);
  EXPECT_EQ(values.Follow(type, v1::ForwardRequest::kHooksFieldNumber), nullptr);
  EXPECT_EQ(everything.Follow(type, v1::ForwardRequest::kHooksFieldNumber), v1::Hook::descriptor());
  EXPECT_EQ(everything.Follow(*v1::Value::descriptor(), v1::Value::kNoneFieldNumber), nullptr);
}

}  // namespace
}  // namespace moduled::contract
