#include "nn/weights/quote.h"

#include <gtest/gtest.h>

namespace moduled::nn {
namespace {

TEST(Quote, PutsANameIntoQuotes) {
  EXPECT_EQ(Quote("layer1.0.weight"), "\"layer1.0.weight\"");
  EXPECT_EQ(Quote("重み"), "\"重み\"");
  EXPECT_EQ(Quote(""), "\"\"");
}

TEST(Quote, EscapesWhatWouldBreakALineOrTheQuotes) {
  EXPECT_EQ(Quote(absl::string_view("a\nb\0\"\x1b[0m", 9)), R"("a\nb\x00\"\x1b[0m")");
}

TEST(Quote, CutsALongNameBetweenCharacters) {
  EXPECT_EQ(Quote(std::string(200, 'a')), "\"" + std::string(200, 'a') + "\"");
  EXPECT_EQ(Quote(std::string(201, 'a')), "\"" + std::string(200, 'a') + "…\"");
  EXPECT_EQ(Quote(std::string(198, 'a') + "重重"), "\"" + std::string(198, 'a') + "…\"");
}

}  // namespace
}  // namespace moduled::nn
