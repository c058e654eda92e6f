#include "server/models/loaded_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kTinyModel;

class LoadedModelTest : public ::testing::Test {
 protected:
  absl::StatusOr<ModelHandle> Load(const LoadOptions& options = {}) {
    return LoadedModel::Load(directory_.Open(), "m", 1, options);
  }
  std::string ErrorOf(const LoadOptions& options = {}) {
    const absl::Status status = Load(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    return std::string(status.message());
  }

  testing::TemporaryRepository directory_;
};

TEST_F(LoadedModelTest, ComputesWithThePrecisionOfItsConfiguration) {
  directory_.Add("m", kTinyModel);
  EXPECT_EQ((*Load())->config(), ModelConfig());
  directory_.WriteFile("m/config.pbtxt", "precision: EXACT");
  EXPECT_EQ((*Load())->config().precision, nn::Precision::kExact);
}

TEST_F(LoadedModelTest, RefusesAConfigurationThatIsNotGood) {
  directory_.Add("m", kTinyModel);
  directory_.WriteFile("m/config.pbtxt", "\nprecission: FAST");
  EXPECT_THAT(ErrorOf(), HasSubstr("m/config.pbtxt: line 2, column 11: "));
  EXPECT_THAT(ErrorOf(), HasSubstr("has no field named \"precission\""));
  std::filesystem::remove(directory_.path() + "/m/config.pbtxt");
  std::filesystem::create_directory(directory_.path() + "/m/config.pbtxt");
  EXPECT_EQ(ErrorOf(), "m/config.pbtxt: not a regular file");
}

TEST_F(LoadedModelTest, MeasuresHowFarFastIsFromExactOnItsExample) {
  directory_.Add("m", kTinyModel);
  EXPECT_FALSE((*Load())->deviation().has_value()) << "nobody asked for FAST";
  directory_.WriteFile("m/config.pbtxt", "precision: FAST");
  const std::optional<double> deviation = (*Load())->deviation();
  ASSERT_TRUE(deviation.has_value());
  EXPECT_GE(*deviation, 0);
  EXPECT_LT(*deviation, 0.05) << "bfloat16 has eight binary digits";
}

TEST_F(LoadedModelTest, MeasuresNothingWithoutAnExample) {
  directory_.Add("m", "linear { in_features: 3 out_features: 2 }");
  directory_.WriteFile("m/config.pbtxt", "precision: FAST");
  const auto model = Load();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_FALSE((*model)->deviation().has_value());
}

TEST_F(LoadedModelTest, MakesAPlanForEachNumberOfThreadsBeforeItIsReady) {
  directory_.Add("m", kTinyModel);
  std::vector<int> threads;
  const auto run = [&](int share, absl::FunctionRef<absl::Status(nn::Workspace&)> work) {
    threads.push_back(share);
    return RunHere(share, work);
  };
  ASSERT_TRUE(Load({.thread_shares = {4, 2, 1}, .run = run}).ok());
  EXPECT_THAT(threads, ElementsAre(4, 2, 1, 1)) << "the last to see what a run costs";

  threads.clear();
  directory_.Add("m", "linear { in_features: 3 out_features: 2 }");
  ASSERT_TRUE(LoadedModel::Load(directory_.Open(), "m", 2, {.run = run}).ok());
  EXPECT_THAT(threads, IsEmpty()) << "there is no example to make a plan for";
}

TEST_F(LoadedModelTest, SaysWhyItDoesNotTakeItsOwnExample) {
  directory_.Add("m", R"pb(
    linear { in_features: 3 out_features: 2 }
    signature {
      inputs {
        name: "x"
        dtype: FLOAT32
        shape: [ 1, 4 ]
      }
    }
  )pb");
  directory_.WriteFile("m/config.pbtxt", "precision: FAST");
  const auto model = Load();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(std::string((*model)->example().message()),
              HasSubstr("mat1 and mat2 shapes cannot be multiplied (1x4 and 3x2)"));
  EXPECT_FALSE((*model)->deviation().has_value());
}

TEST_F(LoadedModelTest, DoesNotBlameTheRepositoryForAServerThatIsOnItsWayOut) {
  directory_.Add("m", kTinyModel);
  const auto refuse = [](int, absl::FunctionRef<absl::Status(nn::Workspace&)>) {
    return absl::UnavailableError("the server is shutting down");
  };
  EXPECT_EQ(Load({.run = refuse}).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace moduled::server
