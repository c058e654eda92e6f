// The file of tokens: what it may say, and what is said of one that is wrong.
#include "server/access/access_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace moduled::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// SHA-256 of "secret", as `printf secret | sha256sum` prints it.
constexpr char kSecret[] = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

std::string File(absl::string_view proof, absl::string_view rest = "roles: 'infer'") {
  return absl::StrCat("credentials { name: 'app' ", proof, " ", rest, " }");
}
std::string TokenFile(absl::string_view rest = "roles: 'infer'") {
  return File(absl::StrCat("token_sha256: '", kSecret, "'"), rest);
}
std::string ErrorOf(const std::string& text) { return std::string(ParseAccessFile(text).status().message()); }

TEST(AccessFile, RecognisesATokenByItsHash) {
  const auto rules = ParseAccessFile(TokenFile());
  ASSERT_TRUE(rules.ok()) << rules.status();
  const auto caller = (*rules)->Identify({.authorization = "Bearer secret"});
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ((*caller)->name(), "app");
  EXPECT_TRUE((*rules)->Identify({.authorization = "bearer secret"}).ok());
}

TEST(AccessFile, RefusesWhoIsNotKnown) {
  const auto rules = ParseAccessFile(TokenFile());
  ASSERT_TRUE(rules.ok()) << rules.status();
  for (const char* header : {"", "Bearer", "Bearer ", "Bearer secret2", "Bearer secre", "Basic secret", "secret"}) {
    const absl::Status status = (*rules)->Identify({.authorization = header}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << header;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secre"))) << header;
  }
}

TEST(AccessFile, TakesTheHashForNoToken) {
  const auto rules = ParseAccessFile(TokenFile());
  EXPECT_FALSE((*rules)->Identify({.authorization = absl::StrCat("Bearer ", kSecret)}).ok());
}

TEST(AccessFile, RecognisesACertificate) {
  const auto rules = ParseAccessFile(File("certificate: 'bench.example'"));
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_TRUE((*rules)->Identify({.certificate_names = {"other", "bench.example"}}).ok());
  EXPECT_FALSE((*rules)->Identify({.certificate_names = {"other"}}).ok());
  EXPECT_FALSE((*rules)->Identify({.authorization = "Bearer bad", .certificate_names = {"bench.example"}}).ok());
}

TEST(AccessFile, GivesRolesForModels) {
  const auto rules = ParseAccessFile(TokenFile("roles: ['infer', 'inspect'] models: 'res*'"));
  ASSERT_TRUE(rules.ok()) << rules.status();
  const auto caller = (*rules)->Identify({.authorization = "Bearer secret"});
  EXPECT_TRUE((*caller)->Check(Need::OfModel({Role::kInfer, Role::kInspect}, "resnet18")).ok());
  EXPECT_FALSE((*caller)->Check(Need::OfModel({Role::kInfer}, "lenet")).ok());
  EXPECT_FALSE((*caller)->Check(Need::OfModel({Role::kAdmin}, "resnet18")).ok());
}

TEST(AccessFile, SaysWhatIsWrong) {
  EXPECT_THAT(ErrorOf("credential {}"), HasSubstr("line 1, column"));
  EXPECT_EQ(ErrorOf(""), "credentials: none (nobody could call)");
  EXPECT_EQ(ErrorOf("credentials {}"), "credentials[0].name: missing");
  EXPECT_EQ(ErrorOf(File("")), "credentials[0].proof: missing (want token_sha256 or certificate)");
  EXPECT_EQ(ErrorOf(File("certificate: ''")), "credentials[0].certificate: empty");
  EXPECT_EQ(ErrorOf(TokenFile("")), "credentials[0].roles: missing (want at least one)");
  EXPECT_EQ(ErrorOf(TokenFile("roles: 'root'")),
            "credentials[0].roles: unknown (got \"root\", want infer, inspect, observe or admin)");
  EXPECT_THAT(ErrorOf(TokenFile("roles: 'infer' models: ''")), HasSubstr("credentials[0].models: an empty name"));
  EXPECT_EQ(ErrorOf(TokenFile() + TokenFile()), "credentials[1].name: given twice (got \"app\")");
  EXPECT_EQ(
      ErrorOf(TokenFile() + absl::StrCat("credentials { name: 'b' roles: 'infer' token_sha256: '", kSecret, "'}")),
      "credentials[1]: the same token or certificate as another one's");
}

TEST(AccessFile, DoesNotRepeatATokenThatStandsWhereItsHashShould) {
  EXPECT_EQ(ErrorOf(File("token_sha256: 'the token itself'")),
            "credentials[0].token_sha256: not 64 hexadecimal digits");
}

}  // namespace
}  // namespace moduled::server
