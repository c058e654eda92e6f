#include "server/hooks/resume_point.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/hooks/event_queue.h"

namespace moduled::server {
namespace {

TEST(ResumePoint, ComesBackFromItsToken) {
  const auto point = ParseResumeToken(TokenOf({.delivered = 7, .next = 9}));
  ASSERT_TRUE(point.ok()) << point.status();
  EXPECT_EQ(point->delivered, 7u);
  EXPECT_EQ(point->next, 9u);
  EXPECT_EQ(ParseResumeToken("")->next, 0u);
}

TEST(ResumePoint, IsNothingElse) {
  for (const char* token : {"1", "1.2", "2.1.1", "1.3.2", "1.-1.2", "1.1.99999999999999999999", "1.01.2", " 1.1.2",
                            "1.1.2.", "1.1.18446744073709551615", "x"}) {
    EXPECT_EQ(ParseResumeToken(token).status(),
              absl::InvalidArgumentError("resume_token: not one that a subscription has ended with"))
        << token;
  }
}

TEST(ResumePoint, LetsAQueueGoOnWithTheNumbersOfAnother) {
  const auto event = std::make_shared<const contract::HookEvent>();
  EventQueue first(4, 1 << 20);
  for (int i = 0; i < 3; ++i) first.Push(event);
  EXPECT_EQ((*first.TryPop())->sequence, 0u);
  first.Close(absl::UnavailableError("the server is shutting down"));  // Two are lost.
  EventQueue second(4, 1 << 20, *ParseResumeToken(TokenOf(first.point())));
  second.Push(event);
  second.Push(event);
  const auto next = *second.TryPop();
  EXPECT_EQ(next->sequence, 3u);
  EXPECT_EQ(next->dropped, 2u);
  EXPECT_EQ((*second.TryPop())->sequence, 4u);
}

}  // namespace
}  // namespace moduled::server
