#include "nn/weights/mapped_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using weights_testing::TemporaryDirectory;

std::string TextOf(const MappedFile& file) { return {file.bytes().begin(), file.bytes().end()}; }

TEST(MappedFile, HoldsTheBytesOfTheFile) {
  const TemporaryDirectory directory;
  const auto file = MappedFile::Open(directory.Write("f", "content"));
  ASSERT_EQ(file.status(), absl::OkStatus());
  EXPECT_EQ(TextOf(**file), "content");
}

TEST(MappedFile, MapsAnEmptyFile) {
  const TemporaryDirectory directory;
  const auto file = MappedFile::Open(directory.Write("f", ""));
  ASSERT_EQ(file.status(), absl::OkStatus());
  EXPECT_TRUE((*file)->bytes().empty());
}

TEST(MappedFile, KeepsTheBytesOfAFileThatIsReplacedOrRemoved) {
  const TemporaryDirectory directory;
  const auto file = MappedFile::Open(directory.Write("f", "old"));
  ASSERT_EQ(file.status(), absl::OkStatus());
  std::filesystem::rename(directory.Write("g", "new"), directory / "f");
  EXPECT_EQ(TextOf(**file), "old");
  std::filesystem::remove(directory / "f");
  EXPECT_EQ(TextOf(**file), "old");
}

TEST(MappedFile, FollowsALink) {
  const TemporaryDirectory directory;
  directory.Write("target", "content");
  std::filesystem::create_symlink("target", directory / "f");
  const auto file = MappedFile::Open(directory / "f");
  ASSERT_EQ(file.status(), absl::OkStatus());
  EXPECT_EQ(TextOf(**file), "content");
}

TEST(MappedFile, RefusesWhatIsNotARegularFileWithoutWaiting) {
  const TemporaryDirectory directory;
  ASSERT_EQ(mkfifo((directory / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(directory / "directory");
  EXPECT_EQ(MappedFile::Open(directory / "pipe").status(), absl::InvalidArgumentError("pipe: not a regular file"));
  EXPECT_EQ(MappedFile::Open(directory / "directory").status(),
            absl::InvalidArgumentError("directory: not a regular file"));
  EXPECT_EQ(MappedFile::Open("/dev/zero").status(), absl::InvalidArgumentError("zero: not a regular file"));
}

TEST(MappedFile, SaysThatThereIsNoFile) {
  const TemporaryDirectory directory;
  EXPECT_EQ(MappedFile::Open(directory / "none").status(), absl::NotFoundError("none: No such file or directory"));
  EXPECT_EQ(MappedFile::Open(directory.Write("f", "") + "/inside").status(),
            absl::NotFoundError("inside: Not a directory"));
}

TEST(MappedFile, SaysWhatElseIsWrong) {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink("loop", directory / "loop");
  EXPECT_EQ(MappedFile::Open(directory / "loop").status(),
            absl::InternalError("loop: Too many levels of symbolic links"));
}

}  // namespace
}  // namespace moduled::nn
