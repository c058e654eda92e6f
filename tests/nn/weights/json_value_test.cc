#include "nn/weights/json_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moduled::nn {
namespace {

using testing::ElementsAre;

std::string Nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonValue, HoldsEachKindOfValue) {
  EXPECT_NE(ParseJson("null")->As<std::nullptr_t>(), nullptr);
  EXPECT_EQ(*ParseJson("true")->As<bool>(), true);
  EXPECT_EQ(*ParseJson("-7")->As<int64_t>(), -7);
  EXPECT_EQ(*ParseJson("9223372036854775807")->As<int64_t>(), INT64_MAX);
  EXPECT_EQ(*ParseJson("9223372036854775808")->As<double>(), 9223372036854775808.0);
  EXPECT_EQ(*ParseJson("1.5")->As<double>(), 1.5);
  EXPECT_EQ(*ParseJson(R"("a\u0000b")")->As<std::string>(), std::string("a\0b", 3));
  EXPECT_EQ(ParseJson("1")->As<double>(), nullptr);
}

TEST(JsonValue, KeepsMembersAndItemsInOrder) {
  const auto json = ParseJson(R"({"z":[1,[2,3],{"k":4}],"a":{"z":5},"m":[]})");
  ASSERT_EQ(json.status(), absl::OkStatus());
  const auto& top = *json->As<JsonValue::Object>();
  ASSERT_EQ(top.size(), 3u);
  EXPECT_EQ(top[0].first, "z");
  EXPECT_EQ(top[1].first, "a");
  EXPECT_EQ(top[2].first, "m");
  const auto& list = *top[0].second.As<JsonValue::List>();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(*list[0].As<int64_t>(), 1);
  EXPECT_EQ(*(*list[1].As<JsonValue::List>())[1].As<int64_t>(), 3);
  EXPECT_EQ(*Find(*list[2].As<JsonValue::Object>(), "k")->As<int64_t>(), 4);
  EXPECT_EQ(*Find(*Find(top, "a")->As<JsonValue::Object>(), "z")->As<int64_t>(), 5);
  EXPECT_EQ(Find(top, "k"), nullptr);
  EXPECT_TRUE(Find(top, "m")->As<JsonValue::List>()->empty());
}

TEST(JsonValue, AllowsAKeyAgainInAnotherObject) {
  EXPECT_EQ(ParseJson(R"([{"a":1},{"a":{"a":2}}])").status(), absl::OkStatus());
}

TEST(JsonValue, RefusesAKeyTwiceInOneObject) {
  EXPECT_EQ(ParseJson(R"({"a":1,"b":{},"a":1})").status(), absl::InvalidArgumentError(R"(duplicate key "a")"));
  EXPECT_EQ(ParseJson(R"([{"b":{"a":1,"\u0061":1}}])").status(), absl::InvalidArgumentError(R"(duplicate key "a")"));
}

TEST(JsonValue, RefusesDeepNesting) {
  EXPECT_EQ(ParseJson(Nested(16)).status(), absl::OkStatus());
  EXPECT_EQ(ParseJson(Nested(17)).status(), absl::InvalidArgumentError("nested more than 16 levels deep"));
  EXPECT_EQ(ParseJson(std::string(10'000'000, '[')).status(),
            absl::InvalidArgumentError("nested more than 16 levels deep"));
}

TEST(JsonValue, RefusesWhatIsNotJson) {
  for (absl::string_view text : {"", " ", "{", "[1,]", "nul", "'a'", "{\"a\"}", "{1:2}", "1 2", "\"\xff\"", "// a"}) {
    const absl::Status status = ParseJson(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_THAT(std::string(status.message()), testing::StartsWith("not valid JSON at byte ")) << text;
  }
}

TEST(JsonValue, DoesNotTakeANulForTheEnd) {
  EXPECT_EQ(ParseJson(absl::string_view("{}\0{", 4)).status(), absl::InvalidArgumentError("not valid JSON at byte 3"));
}

}  // namespace
}  // namespace moduled::nn
