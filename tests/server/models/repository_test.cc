#include "server/models/repository.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kTinyModel;
using ::testing::Not;
using testing::TemporaryRepository;

class RepositoryTest : public ::testing::Test {
 protected:
  ino_t FileOf(const std::string& relative) {
    struct stat status = {};
    EXPECT_EQ(stat((directory_.path() + "/" + relative).c_str(), &status), 0) << relative;
    return status.st_ino;
  }
  std::string ReadError(const std::string& name, int64_t version,
                        absl::StatusCode code = absl::StatusCode::kFailedPrecondition) {
    const absl::Status status = repository_.Read(name, version).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(directory_.path())));
    return std::string(status.message());
  }
  void Link(const std::string& target, const std::string& relative) {
    std::filesystem::create_symlink(target, directory_.path() + "/" + relative);
  }

  TemporaryRepository directory_;
  const Repository repository_ = directory_.Open();
};

TEST(Repository, IsNotOpenedWhereThereIsNone) {
  EXPECT_EQ(Repository::Open("/there/is/no/such/directory").status().code(), absl::StatusCode::kNotFound);
  TemporaryRepository directory;
  directory.WriteFile("file", "");
  EXPECT_EQ(Repository::Open(directory.path() + "/file").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RepositoryTest, ListsModelsByNameAndVersionsByNumber) {
  directory_.WriteFile("b/10/module.pbtxt", "");
  directory_.WriteFile("b/9/module.pbtxt", "");
  directory_.WriteFile("a/config.pbtxt", "");
  for (const char* other : {"b/01/x", "b/0/x", "b/1.5/x", "b/.new-x/x", "b/latest/x", ".git/x", "README"}) {
    directory_.WriteFile(other, "");
  }
  const auto entries = *repository_.Scan();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].name, "a");
  EXPECT_TRUE(entries[0].versions.empty());
  EXPECT_EQ(entries[1].name, "b");
  EXPECT_THAT(entries[1].versions, ElementsAre(9, 10));
}

TEST_F(RepositoryTest, ReadsWhatItWrote) {
  EXPECT_EQ(directory_.Add("m", kTinyModel, 1), 1);
  const auto version = repository_.Read("m", 1);
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_EQ(version->description.Serialize(), testing::DescriptionOf(kTinyModel).Serialize());
  ASSERT_TRUE(version->weights.has_value());
  ASSERT_EQ(version->weights->tensors.size(), 2u);
  EXPECT_EQ(version->weights->tensors[0].first, "0.weight");
}

TEST_F(RepositoryTest, SaysWhichModelOrVersionIsNotThereAndWhatIsNear) {
  directory_.Add("resnet", kTinyModel);
  EXPECT_EQ(repository_.Read("resnt", 1).status(),
            absl::NotFoundError("model \"resnt\": not in the repository; did you mean \"resnet\"?"));
  EXPECT_EQ(repository_.Read("resnet", 7).status(),
            absl::NotFoundError("model \"resnet\": no version 7 in the repository"));
}

TEST_F(RepositoryTest, LinksWhatDoesNotChangeInANewVersion) {
  directory_.Add("m", kTinyModel);
  const auto first = *repository_.Read("m", 1);
  EXPECT_EQ(*repository_.Write("m", {.description = std::nullopt, .weights = first.weights, .base = 1}), 2);
  EXPECT_EQ(FileOf("m/1/module.pb"), FileOf("m/2/module.pb"));
  EXPECT_NE(FileOf("m/1/model.safetensors"), FileOf("m/2/model.safetensors"));

  EXPECT_EQ(*repository_.Write("m", {.description = first.description, .weights = std::nullopt, .base = 2}), 3);
  EXPECT_NE(FileOf("m/2/module.pb"), FileOf("m/3/module.pb"));
  EXPECT_EQ(FileOf("m/2/model.safetensors"), FileOf("m/3/model.safetensors"));
  EXPECT_THAT(directory_.List("m/3"), ElementsAre("model.safetensors", "module.pb"));
}

TEST_F(RepositoryTest, GivesWritersAtTheSameTimeDifferentNumbers) {
  directory_.Add("m", kTinyModel);
  constexpr int kWriters = 4;
  constexpr int kEach = 5;
  std::vector<std::vector<int64_t>> written(kWriters);
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      const Repository own = *Repository::Open(directory_.path());  // As another replica would.
      for (int j = 0; j < kEach; ++j) {
        const auto version = own.Write("m", {.description = std::nullopt, .weights = std::nullopt, .base = 1});
        ASSERT_TRUE(version.ok()) << version.status();
        written[i].push_back(*version);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::set<int64_t> numbers;
  for (const auto& each : written) numbers.insert(each.begin(), each.end());
  EXPECT_EQ(numbers.size(), size_t{kWriters * kEach});
  EXPECT_EQ(repository_.Versions("m")->size(), size_t{kWriters * kEach + 1});
  for (const std::string& name : directory_.List("m")) EXPECT_NE(name[0], '.') << "left behind: " << name;
}

TEST_F(RepositoryTest, LeavesNothingBehindWhenItCannotWrite) {
  const absl::Status status =
      repository_.Write("new", {.description = std::nullopt, .weights = std::nullopt, .base = 5}).status();
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(directory_.List("").empty());
}

TEST_F(RepositoryTest, DiscardsAVersionAndTheModelThatWasMadeForIt) {
  directory_.Add("m", kTinyModel);
  directory_.Add("m", kTinyModel);
  repository_.Discard("m", 2);
  EXPECT_THAT(directory_.List("m"), ElementsAre("1"));
  repository_.Discard("m", 1);
  EXPECT_TRUE(directory_.List("").empty());
}

TEST_F(RepositoryTest, RefusesLinksThatLeadOut) {
  TemporaryRepository outside;
  outside.Add("m", kTinyModel);
  directory_.Add("good", kTinyModel);
  Link(outside.path() + "/m", "whole");
  EXPECT_EQ(repository_.Scan()->size(), 1u);
  EXPECT_THAT(std::string(repository_.Versions("whole").status().message()),
              HasSubstr("whole: a link leads out of the repository"));

  Link(outside.path() + "/m/1", "good/2");
  EXPECT_THAT(ReadError("good", 2), HasSubstr("good/2: a link leads out of the repository"));

  directory_.WriteFile("file/1/module.pbtxt", kTinyModel);
  Link(outside.path() + "/m/1/model.safetensors", "file/1/model.safetensors");
  EXPECT_THAT(ReadError("file", 1), HasSubstr("file/1/model.safetensors: a link leads out of the repository"));
}

TEST_F(RepositoryTest, FollowsLinksThatStayInside) {
  directory_.Add("m", kTinyModel);
  Link("1", "m/2");
  EXPECT_TRUE(repository_.Read("m", 2).ok());
}

TEST_F(RepositoryTest, RefusesFilesThatAreNone) {
  directory_.WriteFile("m/1/module.pbtxt", kTinyModel);
  ASSERT_EQ(mkfifo((directory_.path() + "/m/1/model.safetensors").c_str(), 0600), 0);
  EXPECT_THAT(ReadError("m", 1), HasSubstr("m/1/model.safetensors: not a regular file"));
}

TEST_F(RepositoryTest, SaysWhatIsWrongWithAVersion) {
  directory_.WriteFile("none/1/x", "");
  EXPECT_EQ(ReadError("none", 1), "none/1: has neither module.pbtxt nor module.pb");

  directory_.WriteFile("both/1/module.pbtxt", kTinyModel);
  directory_.WriteFile("both/1/module.pb", "");
  EXPECT_EQ(ReadError("both", 1), "both/1: has both module.pbtxt and module.pb");

  directory_.WriteFile("text/1/module.pbtxt", "sequential { nonsense: 1 }");
  EXPECT_THAT(ReadError("text", 1), HasSubstr("module.pbtxt"));

  directory_.Add("cut", kTinyModel);
  const std::string weights = directory_.ReadFile("cut/1/model.safetensors");
  directory_.WriteFile("cut/1/model.safetensors", weights.substr(0, weights.size() - 1));
  EXPECT_THAT(ReadError("cut", 1), HasSubstr("cut/1: model.safetensors"));
}

TEST_F(RepositoryTest, SaysSoWhereItMayOnlyBeRead) {
  namespace fs = std::filesystem;
  directory_.Add("m", kTinyModel);
  const auto readable = fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec;
  fs::permissions(directory_.path(), readable);
  fs::permissions(directory_.path() + "/m", readable);
  // Modes do not stop root: be nobody for the moment.
  const bool is_root = geteuid() == 0;
  ASSERT_EQ(seteuid(is_root ? 65534 : geteuid()), 0);
  const absl::Status next = repository_.Write("m", {.base = 1}).status();
  const absl::Status first = repository_.Write("new", {.base = 1}).status();
  ASSERT_EQ(seteuid(is_root ? 0 : geteuid()), 0);
  fs::permissions(directory_.path(), fs::perms::owner_all);
  fs::permissions(directory_.path() + "/m", fs::perms::owner_all);
  EXPECT_EQ(next, absl::FailedPreconditionError("m: the repository is read-only (Permission denied)"));
  EXPECT_EQ(first, absl::FailedPreconditionError("new: the repository is read-only (Permission denied)"));
}

}  // namespace
}  // namespace moduled::server
