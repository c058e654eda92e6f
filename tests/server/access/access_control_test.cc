// Rules that change while they are used.
#include "server/access/access_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"

namespace moduled::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// SHA-256 of "one" and of "two", by sha256sum.
constexpr char kOne[] = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
constexpr char kTwo[] = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";

class AccessControlTest : public ::testing::Test {
 protected:
  AccessControlTest() : path_(absl::StrCat(::testing::TempDir(), "access_control_test_", getpid())) {}
  ~AccessControlTest() override { std::filesystem::remove(path_); }

  // As whoever is careful writes a file: another one, renamed.
  void Write(const std::string& text) {
    std::ofstream(path_ + ".new") << text;
    std::filesystem::rename(path_ + ".new", path_);
  }
  void WriteToken(const char* digest) {
    Write(absl::StrCat("credentials { name: 'app' roles: 'infer' token_sha256: '", digest, "' }"));
  }
  void Refresh(AccessControl& access) {
    access.Refresh([this](absl::string_view text) { infos_.emplace_back(text); },
                   [this](absl::string_view text) { warnings_.emplace_back(text); });
  }

  const std::string path_;
  std::vector<std::string> infos_;
  std::vector<std::string> warnings_;
};

TEST_F(AccessControlTest, LetsEverybodyInWithoutRules) {
  const AccessControl access;
  EXPECT_EQ((*access.Identify({}))->name(), "anybody");
}

TEST_F(AccessControlTest, FollowsItsFile) {
  WriteToken(kOne);
  const auto access = AccessControl::FromFile(path_);
  ASSERT_TRUE(access.ok()) << access.status();
  EXPECT_TRUE((*access)->Identify({.authorization = "Bearer one"}).ok());
  Refresh(**access);
  EXPECT_THAT(infos_, IsEmpty());
  WriteToken(kTwo);
  Refresh(**access);
  EXPECT_THAT(infos_, ElementsAre(HasSubstr("read again, credentials: 1")));
  EXPECT_FALSE((*access)->Identify({.authorization = "Bearer one"}).ok());
  EXPECT_TRUE((*access)->Identify({.authorization = "Bearer two"}).ok());
}

TEST_F(AccessControlTest, KeepsItsRulesWhenTheFileIsWrongOrGone) {
  WriteToken(kOne);
  const auto access = AccessControl::FromFile(path_);
  ASSERT_TRUE(access.ok()) << access.status();
  Write("credentials {");
  Refresh(**access);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("the rules stay as they were")));
  std::filesystem::remove(path_);
  Refresh(**access);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("stay"), HasSubstr("no such file")));
  EXPECT_TRUE((*access)->Identify({.authorization = "Bearer one"}).ok());
  Refresh(**access);
  EXPECT_EQ(warnings_.size(), 2u) << "said again without a change";
}

TEST_F(AccessControlTest, DoesNotBeginWithAFileThatIsWrong) {
  Write("credentials {");
  EXPECT_EQ(AccessControl::FromFile(path_).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(AccessControl::FromFile(path_ + ".not").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace moduled::server
