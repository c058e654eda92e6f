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

TEST(ModelConfig, SaysHowCallsWaitAndRunAsOne) {
  const auto config = ParseModelConfig(R"pb(
    max_batch_size: 16
    instances: 2
    dynamic_batching {
      max_queue_delay_microseconds: 500
      priority_levels: 3
      default_queue_policy { max_queue_size: 9 allow_timeout_override: true }
      priority_queue_policy {
        key: 3
        value { timeout_action: DELAY default_timeout_microseconds: 7 }
      }
    })pb");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->max_batch_size, 16);
  EXPECT_EQ(config->instances, 2);
  EXPECT_EQ(config->max_queue_delay, absl::Microseconds(500));
  EXPECT_EQ(config->priority_levels, 3u);
  EXPECT_EQ(config->default_priority, 3u) << "the last, unless it is said";
  EXPECT_EQ(config->queue, (QueuePolicy{.allow_override = true, .max_waiting = 9}));
  EXPECT_EQ(config->priority_queues.at(3), (QueuePolicy{.timeout = absl::Microseconds(7), .delay = true}));
}

TEST(ModelConfig, RefusesNumbersThatCannotBeMeant) {
  EXPECT_EQ(ParseModelConfig("max_batch_size: 4000000000").status(),
            absl::InvalidArgumentError("max_batch_size: too large (got 4000000000, want at most 65536)"));
  EXPECT_EQ(ParseModelConfig("dynamic_batching { priority_levels: 2 default_priority_level: 3 }").status(),
            absl::InvalidArgumentError("default_priority_level: too large (got 3, want at most 2)"));
  EXPECT_EQ(ParseModelConfig("dynamic_batching { priority_queue_policy { key: 2 value {} } }").status(),
            absl::InvalidArgumentError("priority_queue_policy: no such priority (got 2, want 1 to 1)"));
}

}  // namespace
}  // namespace moduled::server
