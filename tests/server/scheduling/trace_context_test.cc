#include "server/scheduling/trace_context.h"

#include <gtest/gtest.h>

#include <string>

namespace moduled::server {
namespace {

// The examples of the standard.
const std::string kGood = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceContext, IsTakenAsItCame) {
  EXPECT_EQ(CheckedTraceParent(kGood), kGood);
  EXPECT_EQ(TraceIdOf(CheckedTraceParent(kGood)), "0af7651916cd43dd8448eb211c80319c");
}

TEST(TraceContext, MayBeOfALaterVersionThatSaysMore) {
  const std::string later = "cc" + kGood.substr(2);
  EXPECT_EQ(CheckedTraceParent(later + "-what-the-future-will-be-like"), later);
  EXPECT_EQ(CheckedTraceParent(later + "."), "");
  EXPECT_EQ(CheckedTraceParent(kGood + "-more"), "");
}

TEST(TraceContext, IsNothingWhereItIsMalformed) {
  for (const std::string& bad :
       {std::string(), std::string("00"), "ff" + kGood.substr(2), "00-" + std::string(32, '0') + kGood.substr(35),
        kGood.substr(0, 36) + std::string(16, '0') + "-01", "00-0AF7651916CD43DD8448EB211C80319C" + kGood.substr(35),
        kGood.substr(0, 54), kGood.substr(0, 35) + "_" + kGood.substr(36), kGood.substr(0, 53) + "0g"}) {
    EXPECT_EQ(CheckedTraceParent(bad), "") << bad;
  }
  EXPECT_EQ(TraceIdOf(""), "");
}

}  // namespace
}  // namespace moduled::server
