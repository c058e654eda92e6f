#include "server/hooks/hook_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/hooks/hook_set.h"
#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

using contract::Hook;
using contract::HookKind;
using contract::SelectorKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// block (with a node `add`) and again, which is the same; the root has a node `mul` and a parameter `scale`.
constexpr char kTree[] = R"pb(
  composite {
    type: "Net"
    graph {
      nodes {
        name: "x"
        placeholder {}
      }
      nodes {
        name: "block"
        call_module: "block"
        args { node: "x" }
      }
      nodes {
        name: "mul"
        call_function: "mul"
        args { node: "block" }
        args { node: "x" }
      }
      nodes {
        name: "output"
        output {}
        args { node: "mul" }
      }
    }
  }
  parameters {
    name: "scale"
    tensor {
      dtype: FLOAT32
      shape: [ 1 ]
    }
  }
  children {
    name: "block"
    module {
      composite {
        type: "Block"
        graph {
          nodes {
            name: "x"
            placeholder {}
          }
          nodes {
            name: "conv"
            call_module: "conv"
            args { node: "x" }
          }
          nodes {
            name: "add"
            call_function: "add"
            args { node: "conv" }
            args { node: "x" }
          }
          nodes {
            name: "output"
            output {}
            args { node: "add" }
          }
        }
      }
      children {
        name: "conv"
        module { linear { in_features: 2 out_features: 2 } }
      }
    }
  }
  children { name: "again" shared: "block" }
)pb";

class HookTargetsTest : public ::testing::Test {
 protected:
  std::vector<std::string> Select(SelectorKind kind, const std::string& text, HookKind when) {
    const auto selector = HookSelector::Compile({kind, text, when}, 0);
    EXPECT_TRUE(selector.ok()) << selector.status();
    std::vector<std::string> paths;
    for (const size_t place : selector->Select(targets_)) paths.push_back(targets_.targets()[place].path);
    return paths;
  }
  std::vector<std::string> Path(const std::string& path, HookKind when = HookKind::kForward) {
    return Select(SelectorKind::kPath, path, when);
  }
  std::vector<std::string> Glob(const std::string& glob, HookKind when = HookKind::kForward) {
    return Select(SelectorKind::kGlob, glob, when);
  }
  std::string WhyNone(const Hook& hook) { return HookSelector::Compile(hook, 0)->WhyNone(targets_); }

  const std::shared_ptr<nn::Module> root_ = *testing::DescriptionOf(kTree).Build();
  const HookTargets targets_{*root_, {"x", "pair.0"}};
};

TEST_F(HookTargetsTest, FindsFunctionNodesByEveryNameOfTheirModule) {
  EXPECT_THAT(Path("block:add"), ElementsAre("block:add"));
  EXPECT_THAT(Path("again:add"), ElementsAre("block:add"));
  EXPECT_THAT(Path(":mul"), ElementsAre(":mul"));
  EXPECT_THAT(Path("block:conv"), IsEmpty()) << "a module is no function node";
  EXPECT_THAT(Glob("**:*"), ElementsAre(":mul", "block:add"));
  EXPECT_THAT(Glob("**:a?d"), ElementsAre("block:add"));
  EXPECT_THAT(Glob("again:*"), ElementsAre("block:add"));
}

TEST_F(HookTargetsTest, FindsNoFunctionNodesWithoutAColon) {
  EXPECT_THAT(Glob("**"), ElementsAre("", "block", "block.conv"));
  EXPECT_THAT(Select(SelectorKind::kRegex, ".*", HookKind::kForward), ElementsAre("", "block", "block.conv"));
}

TEST_F(HookTargetsTest, FindsParametersForTensorHooksAlone) {
  EXPECT_THAT(Path("block.conv.weight", HookKind::kTensorGrad), ElementsAre("block.conv.weight"));
  EXPECT_THAT(Path("again.conv.weight", HookKind::kTensorGrad), ElementsAre("block.conv.weight"));
  EXPECT_THAT(Path("block.conv.weight"), IsEmpty());
  EXPECT_THAT(Glob("**.bias", HookKind::kTensorGrad), ElementsAre("block.conv.bias"));
  EXPECT_THAT(Glob("*", HookKind::kTensorGrad), ElementsAre("block", "scale"));
  EXPECT_THAT(Select(SelectorKind::kType, "Linear", HookKind::kTensorGrad), ElementsAre("block.conv"));
}

TEST_F(HookTargetsTest, FindsInputsForTensorHooksAlone) {
  EXPECT_THAT(Path("input:x", HookKind::kTensorGrad), ElementsAre("input:x"));
  EXPECT_THAT(Path("input:1", HookKind::kTensorGrad), ElementsAre("input:pair.0"));
  EXPECT_THAT(Glob("input:**", HookKind::kTensorGrad), ElementsAre("input:x", "input:pair.0"));
  EXPECT_THAT(Glob("**:*", HookKind::kTensorGrad), ElementsAre(":mul", "block:add"));
  EXPECT_THAT(Path("input:x"), IsEmpty());
}

TEST_F(HookTargetsTest, SaysWhatIsNotThere) {
  EXPECT_EQ(WhyNone({SelectorKind::kPath, "block:ad", HookKind::kForward}),
            "hooks[0].path: the model has no function node \"block:ad\"; did you mean \"block:add\"?");
  EXPECT_EQ(WhyNone({SelectorKind::kPath, "input:y", HookKind::kTensorGrad}),
            "hooks[0].path: the model has no function node or input \"input:y\"; did you mean \"input:x\", \"input:0\" "
            "or \"input:1\"?");
  EXPECT_EQ(WhyNone({SelectorKind::kGlob, "*.gamma", HookKind::kTensorGrad}),
            "hooks[0].glob: no module or parameter's path matches \"*.gamma\"");
}

TEST_F(HookTargetsTest, RefusesLegacyHooks) {
  Hook hook{SelectorKind::kPath, "block", HookKind::kFullBackwardPre};
  hook.legacy = true;
  EXPECT_EQ(HookSelector::Compile(hook, 2).status(),
            absl::InvalidArgumentError("hooks[2].legacy: only FULL_BACKWARD has it (the kind is full_backward_pre)"));
  hook.kind = HookKind::kFullBackward;
  EXPECT_EQ(HookSelector::Compile(hook, 0).status().code(), absl::StatusCode::kUnimplemented);
}

TEST_F(HookTargetsTest, SaysWhichHooksFireAtAPoint) {
  Hook second_call{SelectorKind::kPath, "again", HookKind::kForward};
  second_call.call_index = 1;
  const auto selectors = CompileHooks({{SelectorKind::kGlob, "**", HookKind::kForward},
                                       second_call,
                                       {SelectorKind::kPath, "block", HookKind::kForwardPre}});
  ASSERT_TRUE(selectors.ok()) << selectors.status();
  const HookSet hooks(*selectors, targets_);
  EXPECT_THAT(hooks.FiringAt("block", nn::HookKind::kForward, 0), ElementsAre(0));
  EXPECT_THAT(hooks.FiringAt("block", nn::HookKind::kForward, 1), ElementsAre(0, 1));
  EXPECT_THAT(hooks.FiringAt("block", nn::HookKind::kForwardPre, 1), ElementsAre(2));
  EXPECT_THAT(hooks.FiringAt("block", nn::HookKind::kFullBackward, 0), IsEmpty());
  EXPECT_THAT(hooks.FiringAt("nowhere", nn::HookKind::kForward, 0), IsEmpty());
  EXPECT_EQ(hooks.observed().size(), 4u);
}

}  // namespace
}  // namespace moduled::server
