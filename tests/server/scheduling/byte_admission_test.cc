#include "server/scheduling/byte_admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace moduled::server {
namespace {

using ::testing::HasSubstr;

TEST(ByteAdmission, AdmitsAsMuchAsThereIsRoomFor) {
  ByteAdmission admission(100);
  AdmissionTicket first;
  AdmissionTicket second;
  ASSERT_TRUE(admission.Admit(60, first).ok());
  ASSERT_TRUE(admission.Admit(40, second).ok());
  EXPECT_EQ(admission.in_flight(), 100u);
  AdmissionTicket third;
  const absl::Status status = admission.Admit(1, third);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("too many bytes are in flight (100 of 100; this call has 1)"));
  EXPECT_TRUE(admission.Admit(0, third).ok());
  EXPECT_EQ(admission.refused(), 1u);
}

TEST(ByteAdmission, GivesTheRoomBackWithTheTicket) {
  ByteAdmission admission(100);
  {
    AdmissionTicket ticket;
    ASSERT_TRUE(admission.Admit(100, ticket).ok());
    AdmissionTicket moved = std::move(ticket);
    EXPECT_EQ(admission.in_flight(), 100u);
    ticket = std::move(moved);
    EXPECT_EQ(admission.in_flight(), 100u);
    ticket = {};
    EXPECT_EQ(admission.in_flight(), 0u);
    ASSERT_TRUE(admission.Admit(70, ticket).ok());
  }
  EXPECT_EQ(admission.in_flight(), 0u);
}

TEST(ByteAdmission, CountsRepliesWithoutRefusingThem) {
  ByteAdmission admission(100);
  AdmissionTicket ticket;
  ASSERT_TRUE(admission.Admit(50, ticket).ok());
  ticket.Add(80);
  EXPECT_EQ(admission.in_flight(), 130u);
  AdmissionTicket other;
  EXPECT_EQ(admission.Admit(1, other).code(), absl::StatusCode::kResourceExhausted);
  ticket = {};
  EXPECT_TRUE(admission.Admit(100, other).ok());
}

TEST(ByteAdmission, SaysThatACallWillNeverFit) {
  ByteAdmission admission(100);
  AdmissionTicket ticket;
  const absl::Status status = admission.Admit(std::numeric_limits<size_t>::max(), ticket);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("message: too large (got 18446744073709551615 bytes"));
  EXPECT_EQ(admission.in_flight(), 0u);
}

TEST(ByteAdmission, ATicketOfNothingCountsNothing) {
  AdmissionTicket ticket;
  ticket.Add(100);
  AdmissionTicket other = std::move(ticket);
  other.Add(100);
}

TEST(ByteAdmission, NeverAdmitsTooMuchToManyThreads) {
  constexpr int kRounds = 20'000;
  ByteAdmission admission(3);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> admitted = 0;
  const auto call = [&] {
    for (int i = 0; i < kRounds; ++i) {
      AdmissionTicket ticket;
      if (!admission.Admit(1, ticket).ok()) continue;
      ++admitted;
      const int now = ++inside;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      --inside;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(call);
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_EQ(static_cast<uint64_t>(admitted) + admission.refused(), uint64_t{8} * kRounds);
  EXPECT_EQ(admission.in_flight(), 0u);
}

}  // namespace
}  // namespace moduled::server
