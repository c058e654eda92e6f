#include "server/hooks/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

using contract::Hook;
using contract::HookKind;
using contract::SelectorKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// layer1.0.conv, layer1.1.conv, layer10.0, head; layer2 is layer1 again.
constexpr char kTree[] = R"pb(
  module_dict {}
  children {
    name: "layer1"
    module {
      sequential {}
      children {
        name: "0"
        module {
          sequential {}
          children {
            name: "conv"
            module { relu {} }
          }
        }
      }
      children {
        name: "1"
        module {
          sequential {}
          children {
            name: "conv"
            module { tanh {} }
          }
        }
      }
    }
  }
  children {
    name: "layer10"
    module {
      sequential {}
      children {
        name: "0"
        module { relu {} }
      }
    }
  }
  children { name: "layer2" shared: "layer1" }
  children {
    name: "head"
    module { relu {} }
  }
)pb";

class SelectorTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<std::string>> Select(SelectorKind kind, const std::string& text) {
    const auto selector = HookSelector::Compile({kind, text, HookKind::kForward}, 0);
    if (!selector.ok()) return selector.status();
    std::vector<std::string> paths;
    for (const size_t place : selector->Select(targets_)) paths.push_back(targets_.targets()[place].path);
    return paths;
  }
  size_t CountModules() const { return root_->named_modules().size(); }

  const std::shared_ptr<nn::Module> root_ = *testing::DescriptionOf(kTree).Build();
  const HookTargets targets_{*root_, {}};
};

TEST_F(SelectorTest, FindsAModuleByAnyOfItsNamesAndCallsItByTheFirst) {
  EXPECT_THAT(*Select(SelectorKind::kPath, "layer1.0.conv"), ElementsAre("layer1.0.conv"));
  EXPECT_THAT(*Select(SelectorKind::kPath, "layer2.0.conv"), ElementsAre("layer1.0.conv"));
  EXPECT_THAT(*Select(SelectorKind::kPath, ""), ElementsAre(""));
  EXPECT_THAT(*Select(SelectorKind::kPath, "layer1.*"), IsEmpty());
}

TEST_F(SelectorTest, LetsOneStarStayWithinANameAndTwoCrossNames) {
  EXPECT_THAT(*Select(SelectorKind::kGlob, "layer1.*"), ElementsAre("layer1.0", "layer1.1"));
  EXPECT_THAT(*Select(SelectorKind::kGlob, "layer1.**"),
              ElementsAre("layer1.0", "layer1.0.conv", "layer1.1", "layer1.1.conv"));
  EXPECT_THAT(*Select(SelectorKind::kGlob, "*.?.conv"), ElementsAre("layer1.0.conv", "layer1.1.conv"));
  EXPECT_THAT(*Select(SelectorKind::kGlob, "layer?"), ElementsAre("layer1"));
  EXPECT_THAT(*Select(SelectorKind::kGlob, "layer1?"), ElementsAre("layer10"));
}

TEST_F(SelectorTest, SelectsTheRootOnlyWhenAskedForEverything) {
  EXPECT_EQ(Select(SelectorKind::kGlob, "**")->size(), CountModules());
  EXPECT_EQ(Select(SelectorKind::kGlob, "**")->front(), "");
  EXPECT_THAT(*Select(SelectorKind::kGlob, "*"), ElementsAre("layer1", "layer10", "head"));
  EXPECT_THAT(*Select(SelectorKind::kGlob, ""), ElementsAre(""));
}

TEST_F(SelectorTest, HoldsPatternsAgainstEveryNameOfASharedModule) {
  EXPECT_THAT(*Select(SelectorKind::kGlob, "layer2.*"), ElementsAre("layer1.0", "layer1.1"));
  EXPECT_THAT(*Select(SelectorKind::kGlob, "layer[12]*"), IsEmpty());
}

TEST_F(SelectorTest, WantsARegularExpressionToMatchTheWholePath) {
  EXPECT_THAT(*Select(SelectorKind::kRegex, "layer1"), ElementsAre("layer1"));
  EXPECT_THAT(*Select(SelectorKind::kRegex, R"(layer\d+\.0)"), ElementsAre("layer1.0", "layer10.0"));
}

TEST_F(SelectorTest, SelectsByClassName) {
  EXPECT_THAT(*Select(SelectorKind::kType, "ReLU"), ElementsAre("layer1.0.conv", "layer10.0", "head"));
  EXPECT_THAT(*Select(SelectorKind::kType, "relu"), IsEmpty());
}

TEST_F(SelectorTest, RefusesPatternsThatAreNone) {
  const absl::Status status = Select(SelectorKind::kRegex, "layer(").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("hooks[0].regex: not a pattern (got \"layer(\")"));
  EXPECT_THAT(std::string(Select(SelectorKind::kRegex, std::string(100, '(') + std::string(100, ')') + "{1000}{1000}")
                              .status()
                              .message()),
              HasSubstr("hooks[0].regex: not a pattern"));
  EXPECT_THAT(std::string(Select(SelectorKind::kGlob, std::string(5000, '*')).status().message()),
              HasSubstr("hooks[0].glob: too long (got 5000 bytes, want at most 4096)"));
}

TEST_F(SelectorTest, AnswersWildcardBombsAtOnce) {
  // Forty stars and no match: a backtracking matcher would not come back.
  std::string bomb;
  for (int i = 0; i < 40; ++i) bomb += "*a";
  EXPECT_THAT(*Select(SelectorKind::kGlob, bomb + "z"), IsEmpty());
}

TEST_F(SelectorTest, SaysWhyNothingIsSelectedAndWhatIsNear) {
  const auto why = [&](SelectorKind kind, const std::string& text) {
    return HookSelector::Compile({kind, text, HookKind::kForward}, 3)->WhyNone(targets_);
  };
  EXPECT_EQ(why(SelectorKind::kPath, "layr1"),
            "hooks[3].path: the model has no module \"layr1\"; did you mean \"layer1\"?");
  EXPECT_EQ(why(SelectorKind::kGlob, "x.*"), "hooks[3].glob: no module's path matches \"x.*\"");
  EXPECT_EQ(why(SelectorKind::kType, "Relu"), "hooks[3].type: no module is of type \"Relu\"; did you mean \"ReLU\"?");
}

}  // namespace
}  // namespace moduled::server
