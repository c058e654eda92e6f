#include "server/models/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace moduled::server {
namespace {

TEST(ModelNames, RefuseWhatIsNoNameOfADirectoryInTheRepository) {
  for (const std::string& name :
       {std::string(), std::string(" "), std::string("\t"), std::string("\n"), std::string("."), std::string(".."),
        std::string("../etc"), std::string("a/../b"), std::string("/etc/passwd"), std::string("model/"),
        std::string(" .."), std::string(".. "), std::string("a\0b", 3), std::string("a\x1b[31m"), std::string(256, 'a'),
        std::string(1 << 20, 'a')}) {
    EXPECT_EQ(CheckModelName(name).code(), absl::StatusCode::kInvalidArgument) << Quoted(name);
  }
}

TEST(ModelNames, AcceptNamesThatOnlyLookDangerous) {
  for (const std::string& name :
       {std::string("..."), std::string("..m"), std::string("m..1"), std::string("m.v1"), std::string("größer"),
        std::string("a b"), std::string("-x"), std::string(255, 'a')}) {
    EXPECT_TRUE(CheckModelName(name).ok()) << name;
  }
}

TEST(ModelNames, AreShownWithoutControlCharactersAndNotAtFullLength) {
  EXPECT_EQ(CheckModelName("a\nb").message(), "model.name: must not contain control characters (got \"a\\nb\")");
  EXPECT_LT(CheckModelName(std::string(1 << 20, 'a')).message().size(), 200u);
}

TEST(Versions, AreNumbersFromOneWithOneWayToWriteEach) {
  EXPECT_EQ(*ParseVersion("1"), 1);
  EXPECT_EQ(*ParseVersion("9223372036854775807"), 9223372036854775807);
  for (const char* version : {"", "0", "-1", "01", "1e3", "+1", " 1", "1 ", "9223372036854775808", "latest"}) {
    EXPECT_EQ(ParseVersion(version).status().code(), absl::StatusCode::kInvalidArgument) << version;
  }
}

}  // namespace
}  // namespace moduled::server
