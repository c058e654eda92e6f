#include "nn/tensor/nested.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moduled::nn {
namespace {

using testing::ElementsAre;

// A leaf that is nothing else.
struct Leaf {
  int id = 0;
  bool operator==(const Leaf&) const = default;
};
using N = Nested<Leaf>;

// Has every kind of value, and leaves 1 to 5 in the order of iteration.
N Everything() {
  return N::Tuple{{
      N::List{{Leaf{1}, 7, 2.5}},
      N::Dict{{{"second", Leaf{2}}, {"first", N::Tuple{{Leaf{3}}}}}},
      N::Slice{{Leaf{4}, N(), Leaf{5}}},
      true,
      "text",
      DType::kFloat16,
      N::Ellipsis{},
      N::None{},
  }};
}

TEST(Nested, IsNoneByDefault) {
  EXPECT_TRUE(N().IsNone());
  EXPECT_FALSE(N(0).IsNone());
}

TEST(Nested, KeepsIntegersBooleansAndFloatsApart) {
  EXPECT_TRUE(N(1).Is<int64_t>());
  EXPECT_TRUE(N(size_t{1}).Is<int64_t>());
  EXPECT_TRUE(N(true).Is<bool>());
  EXPECT_TRUE(N(1.0).Is<double>());
  EXPECT_FALSE(N(1) == N(1.0));
  EXPECT_FALSE(N(1) == N(true));
}

TEST(Nested, TakesALiteralForAString) {
  const N text = "text";
  ASSERT_NE(text.As<std::string>(), nullptr);
  EXPECT_EQ(*text.As<std::string>(), "text");
  EXPECT_EQ(text.As<int64_t>(), nullptr);
}

TEST(Nested, HasItemsOnlyAsAListOrTuple) {
  EXPECT_EQ(N(N::List{{1, 2}}).Items()->size(), 2u);
  EXPECT_EQ(N(N::Tuple{{1}}).Items()->size(), 1u);
  EXPECT_EQ(N(N::Dict{}).Items(), nullptr);
  EXPECT_EQ(N(N::Slice{{1, 2, 3}}).Items(), nullptr);
  EXPECT_EQ(N(1).Items(), nullptr);
}

TEST(Nested, EqualsOnlyTheSameKindWithTheSameContent) {
  EXPECT_EQ(Everything(), Everything());
  EXPECT_FALSE(N(N::List{{1}}) == N(N::Tuple{{1}}));
  EXPECT_FALSE(N(N::Dict{{{"a", 1}}}) == N(N::Dict{{{"b", 1}}}));
  EXPECT_FALSE(N(N::Dict{{{"a", 1}, {"b", 2}}}) == N(N::Dict{{{"b", 2}, {"a", 1}}})) << "a dict keeps its order";
  EXPECT_FALSE(N(Leaf{1}) == N(Leaf{2}));
}

TEST(Nested, VisitsLeavesInPythonsOrder) {
  std::vector<int> ids;
  ForEachLeaf(Everything(), [&](const Leaf& leaf) { ids.push_back(leaf.id); });
  EXPECT_THAT(ids, ElementsAre(1, 2, 3, 4, 5));
}

TEST(Nested, KeepsItsStructureWhenLeavesAreReplaced) {
  using Text = Nested<std::monostate>;
  EXPECT_EQ(MapLeaves<Leaf>(Everything(), [](const Leaf& leaf) { return leaf; }), Everything());
  const Text mapped = MapLeaves<std::monostate>(Everything(), [](const Leaf& leaf) { return leaf.id * 10; });
  const Text want = Text::Tuple{{
      Text::List{{10, 7, 2.5}},
      Text::Dict{{{"second", 20}, {"first", Text::Tuple{{30}}}}},
      Text::Slice{{40, Text(), 50}},
      true,
      "text",
      DType::kFloat16,
      Text::Ellipsis{},
      Text::None{},
  }};
  EXPECT_EQ(mapped, want);
}

}  // namespace
}  // namespace moduled::nn
