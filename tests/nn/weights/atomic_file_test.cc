#include "nn/weights/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using weights_testing::TemporaryDirectory;

TEST(AtomicFile, AppearsWhenItIsCommitted) {
  const TemporaryDirectory directory;
  {
    auto file = AtomicFile::Create(directory / "f");
    ASSERT_EQ(file.status(), absl::OkStatus());
    ASSERT_EQ(file->Write("one "), absl::OkStatus());
    ASSERT_EQ(file->Write("two"), absl::OkStatus());
    EXPECT_FALSE(std::filesystem::exists(directory / "f"));
    ASSERT_EQ(file->Commit(), absl::OkStatus());
  }
  EXPECT_THAT(directory.Names(), ElementsAre("f"));
  EXPECT_EQ(directory.Read("f"), "one two");
}

TEST(AtomicFile, LeavesTheOldFileAndNothingElseWhenItIsNotCommitted) {
  const TemporaryDirectory directory;
  directory.Write("f", "old");
  {
    auto file = AtomicFile::Create(directory / "f");
    ASSERT_EQ(file.status(), absl::OkStatus());
    ASSERT_EQ(file->Write("new"), absl::OkStatus());
  }
  EXPECT_THAT(directory.Names(), ElementsAre("f"));
  EXPECT_EQ(directory.Read("f"), "old");
}

TEST(AtomicFile, ReplacesALinkAndNotWhatItPointsTo) {
  const TemporaryDirectory directory;
  directory.Write("target", "old");
  std::filesystem::create_symlink("target", directory / "f");
  auto file = AtomicFile::Create(directory / "f");
  ASSERT_EQ(file.status(), absl::OkStatus());
  ASSERT_EQ(file->Write("new"), absl::OkStatus());
  ASSERT_EQ(file->Commit(), absl::OkStatus());
  EXPECT_FALSE(std::filesystem::is_symlink(directory / "f"));
  EXPECT_EQ(directory.Read("target"), "old");
}

TEST(AtomicFile, CanBeReadByOthers) {
  const TemporaryDirectory directory;
  auto file = AtomicFile::Create(directory / "f");
  ASSERT_EQ(file.status(), absl::OkStatus());
  ASSERT_EQ(file->Commit(), absl::OkStatus());
  struct stat status {};
  ASSERT_EQ(stat((directory / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0644u);
}

TEST(AtomicFile, SaysThatItCannotReplaceADirectoryAndLeavesNothing) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "f");
  {
    auto file = AtomicFile::Create(directory / "f");
    ASSERT_EQ(file.status(), absl::OkStatus());
    EXPECT_EQ(file->Commit(), absl::InternalError("f: Is a directory"));
  }
  EXPECT_THAT(directory.Names(), ElementsAre("f"));
}

TEST(AtomicFile, IsDiscardedByItsLastOwnerAlone) {
  const TemporaryDirectory directory;
  {
    auto file = AtomicFile::Create(directory / "f");
    ASSERT_EQ(file.status(), absl::OkStatus());
    const AtomicFile owner = std::move(*file);
    file = absl::CancelledError();
    EXPECT_EQ(directory.Names().size(), 1u) << "the file that was moved from must not remove it";
  }
  EXPECT_THAT(directory.Names(), IsEmpty());
}

}  // namespace
}  // namespace moduled::nn
