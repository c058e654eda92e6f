#include "server/models/model_config.h"

#include <gtest/gtest.h>

namespace moduled::server {
namespace {

TEST(ModelConfig, IsTheDefaultWhereTheTextSaysNothing) {
  EXPECT_EQ(*ParseModelConfig(""), ModelConfig());
  EXPECT_EQ(*ParseModelConfig("# How it is served.\n"), ModelConfig());
  EXPECT_EQ(ModelConfig().precision, nn::Precision::kDefault);
}

TEST(ModelConfig, SaysThePrecision) {
  EXPECT_EQ(ParseModelConfig("precision: EXACT")->precision, nn::Precision::kExact);
  EXPECT_EQ(ParseModelConfig("precision: DEFAULT")->precision, nn::Precision::kDefault);
  EXPECT_EQ(ParseModelConfig("precision: FAST")->precision, nn::Precision::kFast);
}

TEST(ModelConfig, NamesTheLineThatIsWrong) {
  EXPECT_EQ(ParseModelConfig("precision: FAST\n\nspeed: 3\n").status(),
            absl::InvalidArgumentError(
                "line 3, column 6: Message type \"moduled.v1.ModelConfig\" has no field named \"speed\"."));
  EXPECT_EQ(
      ParseModelConfig("precision: BEST").status(),
      absl::InvalidArgumentError("line 1, column 16: Unknown enumeration value of \"BEST\" for field \"precision\"."));
  EXPECT_EQ(ParseModelConfig("precision: 77").status(),
            absl::InvalidArgumentError("precision: unknown (got 77, want EXACT, DEFAULT or FAST)"));
}

}  // namespace
}  // namespace moduled::server
