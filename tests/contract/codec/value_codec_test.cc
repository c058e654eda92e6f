#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

using nn::Datum;
using ::testing::HasSubstr;

absl::StatusOr<Datum> Decode(v1::Value message) { return ValueDecoder().Decode(std::move(message), "value"); }

v1::Value ListOfDepth(int depth) {
  v1::Value value;
  v1::Value* innermost = &value;
  for (int i = 0; i < depth; ++i) innermost = innermost->mutable_list()->add_items();
  innermost->set_int_(1);
  return value;
}

TEST(ValueCodec, KeepsEveryKindOfValueThroughARoundTrip) {
  const std::vector<Datum> values = {
      Datum(),
      Datum(int64_t{-7}),
      Datum(2.5),
      Datum(true),
      Datum("text"),
      Datum(nn::DType::kInt8),
      Datum(Datum::List{{Datum(1), Datum()}}),
      Datum(Datum::Tuple{{Datum(Datum::List{{}}), Datum("x")}}),
      Datum(Datum::Dict{{{"b", Datum(1)}, {"a", Datum(Datum::Tuple{{Datum(2.0)}})}}}),
  };
  for (const Datum& value : values) {
    v1::Value message;
    ASSERT_TRUE(EncodeValue(value, message).ok());
    const auto decoded = Decode(std::move(message));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(MapLeaves<int>(*decoded, [](const nn::Tensor&) { return 0; }),
              MapLeaves<int>(value, [](const nn::Tensor&) { return 0; }));
  }
}

TEST(ValueCodec, SaysWhereInANestedValueATensorIsWrong) {
  v1::Value value;
  v1::ValueEntry& entry = *value.mutable_dict()->add_entries();
  entry.set_key("x");
  v1::Tensor& tensor = *entry.mutable_value()->mutable_tuple()->add_items()->mutable_tensor();
  tensor.set_dtype(v1::FLOAT32);
  tensor.add_shape(2);
  EXPECT_EQ(Decode(std::move(value)).status().message(),
            "value.dict.entries[0].value.tuple.items[0].tensor.data: wrong number of bytes for float32[2] "
            "(got 0, want 8)");
}

TEST(ValueCodec, RefusesAValueThatIsNotSet) {
  EXPECT_THAT(std::string(Decode({}).status().message()), HasSubstr("value: not set (want a tensor"));
}

TEST(ValueCodec, RefusesKeysThatComeTwice) {
  v1::Value value;
  for (int i = 0; i < 2; ++i) {
    v1::ValueEntry& entry = *value.mutable_dict()->add_entries();
    entry.set_key("x");
    entry.mutable_value()->mutable_none();
  }
  EXPECT_EQ(Decode(std::move(value)).status().message(), "value.dict.entries[1]: the key is there already (got \"x\")");
}

TEST(ValueCodec, RefusesValuesThatNestTooDeeply) {
  EXPECT_TRUE(Decode(ListOfDepth(kMaxValueDepth)).ok());
  const absl::Status status = Decode(ListOfDepth(kMaxValueDepth + 1)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "values: nested too deeply (want at most 32)");
}

TEST(ValueCodec, RefusesMoreValuesThanAMessageMayHold) {
  v1::Value value;
  for (size_t i = 0; i < kMaxValues / 2 + 1; ++i) {
    value.mutable_list()->add_items()->mutable_list()->add_items()->mutable_none();
  }
  EXPECT_THAT(std::string(Decode(std::move(value)).status().message()), HasSubstr("too many values (want at most"));
}

TEST(ValueCodec, DoesNotSendWhatTheWireHasNoWordFor) {
  v1::Value message;
  EXPECT_EQ(EncodeValue(Datum(Datum::Ellipsis{}), message).code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace moduled::contract
