#include "server/operations/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace moduled::server {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Health, TellsWhatWasBeforeAndWhatComesAfter) {
  Health health;
  health.Set("b", true);
  health.Set("a", true);
  health.Set("b", false);
  std::vector<std::pair<std::string, bool>> heard;
  health.Publish([&](const std::string& name, bool serving) { heard.emplace_back(name, serving); });
  EXPECT_THAT(heard, ElementsAre(Pair("a", true), Pair("b", false)));
  health.Set("c", true);
  EXPECT_THAT(heard.back(), Pair("c", true));
  health.Publish({});
  health.Set("c", false);
  EXPECT_EQ(heard.size(), 3u);
}

}  // namespace
}  // namespace moduled::server
