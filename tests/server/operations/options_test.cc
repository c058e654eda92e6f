#include "server/operations/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace moduled::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::variant<Options, int> Parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "moduled");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  return ParseOptions(static_cast<int>(pointers.size()), pointers.data());
}

// What standard error says when the arguments are refused: one line.
std::string ErrorOf(std::vector<std::string> arguments) {
  ::testing::internal::CaptureStderr();
  const auto parsed = Parse(std::move(arguments));
  std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(std::holds_alternative<int>(parsed) && std::get<int>(parsed) != 0);
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
  EXPECT_THAT(text, StartsWith("moduled: "));
  return text;
}

TEST(Options, HaveDefaultsForAllButTheRepository) {
  const Options options = std::get<Options>(Parse({"--repository", "models"}));
  EXPECT_EQ(options.repository, "models");
  EXPECT_EQ(options.listen, "127.0.0.1:8001");
  EXPECT_GE(options.compute_threads, 1);
  EXPECT_GT(options.max_model_bytes, 1 << 20);
  EXPECT_FALSE(options.replica_id.empty());
  EXPECT_EQ(options.max_message_bytes, size_t{256} << 20);
  EXPECT_GE(options.max_inflight_bytes, options.max_message_bytes);
}

TEST(Options, ReadSizesWithUnitsAndTimesInSeconds) {
  const Options options =
      std::get<Options>(Parse({"--repository=m", "--max-message-bytes=8MiB", "--max-hook-bytes=1024",
                               "--max-inflight-bytes=1GiB", "--drain-timeout=1.5"}));
  EXPECT_EQ(options.max_message_bytes, size_t{8} << 20);
  EXPECT_EQ(options.max_hook_bytes, 1024u);
  EXPECT_EQ(options.max_inflight_bytes, size_t{1} << 30);
  EXPECT_EQ(options.drain_timeout, absl::Milliseconds(1500));
}

TEST(Options, KeepChoicesInTheRepositoryUnlessToldOtherwise) {
  EXPECT_EQ(std::get<Options>(Parse({"--repository", "models"})).cache, "models/.cache");
  EXPECT_EQ(std::get<Options>(Parse({"--repository=models", "--cache=/var/cache/moduled"})).cache,
            "/var/cache/moduled");
  EXPECT_EQ(std::get<Options>(Parse({"--repository", "models", "--cache", ""})).cache, "");
}

TEST(Options, SayInOneLineWhatIsWrong) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("--repository is required"));
  EXPECT_THAT(ErrorOf({"--repository=m", "--listen=nowhere"}), HasSubstr("not HOST:PORT (got nowhere)"));
  EXPECT_THAT(ErrorOf({"--repository=m", "--listen=127.0.0.1:99999"}), HasSubstr("not HOST:PORT"));
  EXPECT_THAT(ErrorOf({"--repository=m", "--compute-threads=0"}), HasSubstr("--compute-threads"));
  EXPECT_THAT(ErrorOf({"--repository=m", "--log-level=loud"}), HasSubstr("--log-level"));
  EXPECT_THAT(ErrorOf({"--repository=m", "--nonsense"}), HasSubstr("--nonsense"));
}

TEST(Options, EndWellWhenOnlyHelpIsWanted) {
  ::testing::internal::CaptureStdout();
  const auto parsed = Parse({"--help"});
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("--repository"));
  EXPECT_EQ(std::get<int>(parsed), 0);
}

}  // namespace
}  // namespace moduled::server
