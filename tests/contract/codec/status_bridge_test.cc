#include "proto/contract/codec/status_bridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace moduled::contract {
namespace {

TEST(StatusBridge, KeepsEveryCodeAndItsText) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "model \"x\": größer");
    const grpc::Status sent = ToGrpc(status);
    EXPECT_EQ(static_cast<int>(sent.error_code()), code);
    EXPECT_EQ(FromGrpc(sent), status);
  }
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
}

TEST(StatusBridge, CutsTextsThatTrailersCannotCarry) {
  const std::string text(100'000, 'a');
  const std::string sent = ToGrpc(absl::InvalidArgumentError(text)).error_message();
  EXPECT_LE(sent.size(), kMaxEncodedStatusBytes + 40);
  EXPECT_THAT(sent, ::testing::EndsWith(" ... (93856 more bytes)"));
}

TEST(StatusBridge, NeverCutsACharacterInTwo) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "ä";
  const std::string sent = ToGrpc(absl::InternalError(text)).error_message();
  const std::string kept = sent.substr(0, sent.find(" ... "));
  EXPECT_EQ(kept.size() % 2, 0u);
  // Each byte takes three on the wire.
  EXPECT_LE(kept.size() * 3, kMaxEncodedStatusBytes);
}

}  // namespace
}  // namespace moduled::contract
