#include "server/operations/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/operations/request_log.h"

namespace moduled::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

// What the log says meanwhile.
template <class Act>
std::string Logged(Act act, LogFormat format = LogFormat::kText, const std::string& level = "info") {
  ::testing::internal::CaptureStderr();
  StartLog(level, format);
  act();
  return ::testing::internal::GetCapturedStderr();
}

TEST(Log, HasALineForEachEventWithItsFields) {
  EXPECT_THAT(Logged([] {
                LogInfo("loaded", {{"model", "net"}, {"why", "two words"}, {"none", ""}});
              }),
              MatchesRegex("20[0-9T:.+-]+ info loaded model=net why=\"two words\" none=\"\"\n"));
}

TEST(Log, IsJsonForMachines) {
  const std::string text = Logged([] { LogWarning("a \"b\"", {{"model", "x\ny"}}); }, LogFormat::kJson);
  EXPECT_THAT(text, EndsWith("}\n"));
  const auto line = nlohmann::json::parse(text);
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "a \"b\"");
  EXPECT_EQ(line["model"], "x\ny");
  EXPECT_THAT(line["time"].get<std::string>(), MatchesRegex("20[0-9]+-[0-9]+-[0-9]+T[0-9:.]+\\+00:00"));
}

TEST(Log, CannotBeForgedByWhatItQuotes) {
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    const std::string evil = "x\n2026-01-01T00:00:00.000+00:00 error forged\r\x1b[2J\x7f\xff\"";
    const std::string text = Logged([&] { LogInfo(evil, {{"model", evil}}); }, format);
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\r")));
  }
}

TEST(Log, ChangesItsLevelWhileItRuns) {
  EXPECT_EQ(Logged([] { LogInfo("quiet"); }, LogFormat::kText, "warning"), "");
  EXPECT_THAT(Logged(
                  [] {
                    EXPECT_TRUE(SetLogLevel("debug").ok());
                    EXPECT_EQ(LogLevel(), "debug");
                    LogDebug("loud");
                    EXPECT_EQ(SetLogLevel("loud").code(), absl::StatusCode::kInvalidArgument);
                    EXPECT_EQ(LogLevel(), "debug");
                  },
                  LogFormat::kText, "warning"),
              HasSubstr("debug loud"));
}

RequestRecord Record(absl::Status status = absl::OkStatus()) {
  RequestRecord record;
  record.model = {"net", "3"};
  record.request_id = "seven";
  record.status = std::move(status);
  record.total = absl::Microseconds(1500);
  record.was_run = true;
  record.trace_parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  return record;
}

TEST(RequestLog, HasALineForEachCallWhereAllAreWanted) {
  const std::string line = Logged([] { RequestLog(true).Add(Record()); });
  for (const char* part : {"info request request_id=seven", "kind=forward", "model=net version=3", "code=OK",
                           "total_ms=1.500", "trace_id=0af7651916cd43dd8448eb211c80319c"}) {
    EXPECT_THAT(line, HasSubstr(part));
  }
  EXPECT_EQ(Logged([] { RequestLog(false).Add(Record()); }), "");
  EXPECT_EQ(Logged([] { RequestLog(false).Add(Record(absl::InvalidArgumentError("bad"))); }), "");
}

TEST(RequestLog, WarnsOfTheServersOwnFaultsButNotWithoutEnd) {
  const std::string text = Logged([] {
    RequestLog log(false);
    for (int i = 0; i < 1000; ++i) log.Add(Record(absl::InternalError("broken")));
  });
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  EXPECT_THAT(lines.front(), HasSubstr("warning request"));
  EXPECT_THAT(lines.front(), HasSubstr("error=broken"));
  EXPECT_GE(lines.size(), static_cast<size_t>(RequestLog::kWarningsPerSecond));
  // However long it takes: a second each.
  EXPECT_LT(lines.size(), 1000u);
}

}  // namespace
}  // namespace moduled::server
