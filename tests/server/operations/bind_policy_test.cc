// Where a server may listen that does not know its callers.
#include "server/operations/bind_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moduled::server {
namespace {

TEST(IsLoopback, KnowsTheAddressesThatOnlyThisMachineReaches) {
  for (const char* address : {"127.0.0.1:8001", "127.8.9.1:1", "localhost:8001", "LOCALHOST:1", "[::1]:8001"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
}

TEST(IsLoopback, TakesEverythingElseForReachable) {
  for (const char* address : {"0.0.0.0:8001", "[::]:8001", "10.0.0.1:1", "128.0.0.1:1", "moduled:1", "localhost.net:1",
                              "127.0.0.1.net:1", "127.1:1", "[fe80::1]:1", "[::ffff:127.0.0.1]:1", "", ":1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

Options ListeningOn(const char* address) {
  Options options;
  options.listen = address;
  return options;
}

TEST(CheckBinding, NamesTheFlagThatAllowsWhatItRefuses) {
  Options options = ListeningOn("0.0.0.0:8001");
  EXPECT_THAT(std::string(CheckBinding(options).message()), ::testing::HasSubstr("--allow-unauthenticated"));
  options.allow_unauthenticated = true;
  EXPECT_TRUE(CheckBinding(options).ok());
}

TEST(CheckBinding, AsksForNothingWhereCallersAreKnownOrNear) {
  EXPECT_TRUE(CheckBinding(ListeningOn("127.0.0.1:8001")).ok());
  Options options = ListeningOn("0.0.0.0:8001");
  options.tls_cert = "file";
  EXPECT_FALSE(CheckBinding(options).ok()) << "TLS alone says nothing of callers";
  options.tls_client_ca = "file";
  EXPECT_TRUE(CheckBinding(options).ok());
  options = ListeningOn("0.0.0.0:8001");
  options.tokens = "file";
  EXPECT_TRUE(CheckBinding(options).ok());
  options.http = "";
  EXPECT_TRUE(CheckBinding(options).ok());
}

TEST(CheckBinding, KeepsPlaintextHttpFromOthersWhereTheyAreKnownByCertificatesOrTokensAreToBeHidden) {
  Options options = ListeningOn("127.0.0.1:8001");
  options.http = "0.0.0.0:8002";
  EXPECT_THAT(std::string(CheckBinding(options).message()), ::testing::HasSubstr("--http 0.0.0.0:8002"));
  options.tls_cert = "file";
  options.tls_client_ca = "file";
  EXPECT_FALSE(CheckBinding(options).ok());
  options.tokens = "file";
  EXPECT_FALSE(CheckBinding(options).ok());
  options.tls_cert = options.tls_client_ca = "";
  EXPECT_TRUE(CheckBinding(options).ok());
  options.tokens = "";
  options.allow_unauthenticated = true;
  EXPECT_TRUE(CheckBinding(options).ok());
}

}  // namespace
}  // namespace moduled::server
