#include "server/models/kept_algorithms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "server/models/local_admin.h"
#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kMachine[] = "this one";

// Large enough for more than one algorithm.
constexpr char kWideModel[] = R"pb(
  linear { in_features: 64 out_features: 64 }
  signature {
    inputs {
      name: "x"
      dtype: FLOAT32
      shape: [ 16, 64 ]
    }
  }
)pb";

class KeptAlgorithmsTest : public ::testing::Test {
 protected:
  KeptAlgorithms Open(const std::string& machine = kMachine) {
    return KeptAlgorithms(Directory(), machine, [this](const std::string& text) { warnings_.push_back(text); });
  }
  std::string Directory() const { return repository_.path() + "/.cache"; }
  // The one file in it, relative to the repository.
  std::string File() const {
    const std::vector<std::string> files = repository_.List(".cache");
    EXPECT_THAT(files, ElementsAre(MatchesRegex("algorithms-[0-9a-f]{16}\\.json")));
    return ".cache/" + files.at(0);
  }
  // Puts one choice there.
  void KeepOne() {
    KeptAlgorithms kept = Open();
    kept.cache().Insert("product", "quick");
    kept.Save();
  }
  // Serves all models of the repository; answers how many choices had to be measured.
  uint64_t MeasuredByAStart() {
    KeptAlgorithms kept = Open();
    ModelStore store;
    const Repository repository = repository_.Open();
    LocalAdmin admin(store, repository,
                     {.load = {.algorithms = &kept.cache()}, .on_loaded = [&](const auto&) { kept.Save(); }});
    EXPECT_THAT(*admin.LoadAll(), IsEmpty());
    return kept.cache().measured();
  }

  testing::TemporaryRepository repository_;
  std::vector<std::string> warnings_;
};

TEST_F(KeptAlgorithmsTest, AreThereAtTheNextStart) {
  KeepOne();
  KeptAlgorithms again = Open();
  EXPECT_EQ(again.cache().Find("product"), "quick");
  EXPECT_EQ(again.cache().measured(), 0u);
  EXPECT_THAT(repository_.ReadFile(File()), HasSubstr(kMachine));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(KeptAlgorithmsTest, SpareASecondStartAllMeasurements) {
  repository_.Add("exact", kWideModel);
  repository_.Add("fast", kWideModel);
  repository_.WriteFile("fast/config.pbtxt", "precision: FAST");
  EXPECT_GT(MeasuredByAStart(), 0u);
  EXPECT_EQ(MeasuredByAStart(), 0u);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(KeptAlgorithmsTest, AreSharedByModels) {
  repository_.Add("a", kWideModel);
  const uint64_t one = MeasuredByAStart();
  fs::remove_all(Directory());
  repository_.Add("b", kWideModel);
  EXPECT_EQ(MeasuredByAStart(), one);
}

TEST_F(KeptAlgorithmsTest, DoNotDisturbTheRepository) {
  repository_.Add("m", kWideModel);
  MeasuredByAStart();
  EXPECT_THAT(repository_.List(""), ElementsAre(".cache", "m"));
  const auto entries = repository_.Open().Scan();
  ASSERT_THAT(*entries, SizeIs(1));
  EXPECT_EQ((*entries)[0].name, "m");
}

TEST_F(KeptAlgorithmsTest, OfAnotherMachineAreInAnotherFile) {
  KeepOne();
  KeptAlgorithms other = Open("another");
  EXPECT_EQ(other.cache().Find("product"), std::nullopt);
  other.cache().Insert("product", "wide");
  other.Save();
  EXPECT_THAT(repository_.List(".cache"), SizeIs(2));
  EXPECT_EQ(Open().cache().Find("product"), "quick");
}

TEST_F(KeptAlgorithmsTest, KeepWhatAnotherServerHasAdded) {
  KeptAlgorithms first = Open();
  KeptAlgorithms second = Open();
  first.cache().Insert("a", "x");
  second.cache().Insert("b", "y");
  first.Save();
  second.Save();
  EXPECT_THAT(Open().cache().Choices(), ElementsAre(Pair("a", "x"), Pair("b", "y")));
}

TEST_F(KeptAlgorithmsTest, AreWrittenOnlyWhenThereIsSomethingNew) {
  Open().Save();
  EXPECT_FALSE(fs::exists(Directory())) << "nothing was measured";
  KeepOne();
  fs::remove_all(Directory());
  KeptAlgorithms kept = Open();
  kept.cache().Offer("known", "x");
  kept.Save();
  EXPECT_FALSE(fs::exists(Directory()));
}

TEST_F(KeptAlgorithmsTest, AreKeptNowhereWithoutADirectory) {
  KeptAlgorithms kept("", kMachine, [this](const std::string& text) { warnings_.push_back(text); });
  kept.cache().Insert("a", "x");
  kept.Save();
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(KeptAlgorithmsTest, AreMadeAnewWithOneWarningWhereTheFileIsDamaged) {
  KeepOne();
  const std::string good = repository_.ReadFile(File());
  const std::vector<std::string> damaged = {"",
                                            "nonsense",
                                            "[]",
                                            "{}",
                                            good.substr(0, good.size() / 2),
                                            good + "{}",
                                            good + std::string(1, '\0'),
                                            "{\"machine\": \"another\", \"choices\": {}}",
                                            "{\"machine\": 1, \"choices\": {}}",
                                            "{\"machine\": \"this one\"}",
                                            "{\"machine\": \"this one\", \"choices\": []}",
                                            "{\"machine\": \"this one\", \"choices\": {\"product\": 1}}",
                                            std::string(17 << 20, ' '),
                                            std::string(1 << 20, '[')};
  for (const std::string& text : damaged) {
    SCOPED_TRACE(text.substr(0, 80));
    repository_.WriteFile(File(), text);
    warnings_.clear();
    KeptAlgorithms kept = Open();
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("algorithms are chosen anew")));
    EXPECT_THAT(kept.cache().Choices(), IsEmpty());
    kept.cache().Insert("product", "quick");
    kept.Save();
    EXPECT_EQ(repository_.ReadFile(File()), good) << "it is replaced";
    EXPECT_THAT(warnings_, SizeIs(1));
  }
}

TEST_F(KeptAlgorithmsTest, FollowNoLinks) {
  testing::TemporaryRepository elsewhere;
  fs::create_directory_symlink(elsewhere.path(), Directory());
  KeptAlgorithms kept = Open();
  kept.cache().Insert("a", "x");
  kept.Save();
  EXPECT_THAT(elsewhere.List(""), IsEmpty());
  EXPECT_THAT(warnings_, ElementsAre(EndsWith("the directory is a link"), EndsWith("the directory is a link")));
}

TEST_F(KeptAlgorithmsTest, WarnOnceWhereNothingCanBeWritten) {
  repository_.WriteFile(".cache", "a file");
  KeptAlgorithms kept = Open();
  warnings_.clear();
  for (const char* problem : {"a", "b"}) {
    kept.cache().Insert(problem, "x");
    kept.Save();
  }
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("are not kept for the next start (--cache): ")));
}

}  // namespace
}  // namespace moduled::server
