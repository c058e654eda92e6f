#include "nn/graph/algorithm_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moduled::nn {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(AlgorithmCache, TakesWhatIsOfferedWhereNothingIsKnown) {
  AlgorithmCache cache;
  cache.Insert("known", "measured");
  cache.Offer("known", "offered");
  cache.Offer("new", "offered");
  EXPECT_EQ(cache.Find("known"), "measured");
  EXPECT_EQ(cache.Find("new"), "offered");
  EXPECT_EQ(cache.Find("other"), std::nullopt);
  EXPECT_THAT(cache.Choices(), ElementsAre(Pair("known", "measured"), Pair("new", "offered")));
}

TEST(AlgorithmCache, CountsWhatWasMeasuredAlone) {
  AlgorithmCache cache;
  cache.Offer("a", "x");
  EXPECT_EQ(cache.measured(), 0u);
  cache.Insert("b", "x");
  cache.Insert("a", "y");
  EXPECT_EQ(cache.measured(), 2u);
  EXPECT_EQ(cache.Find("a"), "y") << "the later measurement counts";
}

TEST(AlgorithmCache, ForgetsWhatNobodyAskedForLongest) {
  AlgorithmCache cache(/*max_choices=*/2);
  cache.Insert("a", "x");
  cache.Insert("b", "x");
  EXPECT_TRUE(cache.Find("a").has_value());
  cache.Insert("c", "x");
  EXPECT_THAT(cache.Choices(), ElementsAre(Pair("a", "x"), Pair("c", "x")));
  cache.Offer("d", "x");
  EXPECT_THAT(cache.Choices(), ElementsAre(Pair("a", "x"), Pair("c", "x"))) << "an offer displaces nothing";
}

}  // namespace
}  // namespace moduled::nn
