#include "client/modulectl/png_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <filesystem>
#include <fstream>

namespace moduled::modulectl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Writes a picture of `format` under the test's own name.
std::string WritePng(uint32_t width, uint32_t height, uint32_t format, const std::vector<uint8_t>& pixels) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string path = testing::TempDir() + test->name() + ".png";
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = format;
  EXPECT_NE(png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), 0, nullptr), 0) << image.message;
  return path;
}

std::vector<float> Elements(const nn::Tensor& tensor) {
  return {tensor.elements<float>().begin(), tensor.elements<float>().end()};
}

TEST(ReadPng, ScalesGrayToTheUnitInterval) {
  const nn::Tensor tensor = *ReadPng(WritePng(2, 1, PNG_FORMAT_GRAY, {0, 255}), 1);
  EXPECT_EQ(tensor.shape(), nn::Shape({1, 1, 2}));
  EXPECT_THAT(Elements(tensor), ElementsAre(0.0f, 1.0f));
}

TEST(ReadPng, PutsColoursIntoPlanes) {
  const nn::Tensor tensor = *ReadPng(WritePng(2, 1, PNG_FORMAT_RGB, {255, 0, 51, 0, 255, 51}), 3);
  EXPECT_EQ(tensor.shape(), nn::Shape({3, 1, 2}));
  EXPECT_THAT(Elements(tensor), ElementsAre(1.0f, 0.0f, 0.0f, 1.0f, 0.2f, 0.2f));
}

TEST(ReadPng, TurnsGrayIntoThreeEqualPlanes) {
  const nn::Tensor tensor = *ReadPng(WritePng(1, 1, PNG_FORMAT_GRAY, {51}), 3);
  EXPECT_THAT(Elements(tensor), ElementsAre(0.2f, 0.2f, 0.2f));
}

TEST(ReadPng, NamesAFileThatIsNotThere) {
  const auto result = ReadPng("no/such.png", 1);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("no/such.png"));
}

TEST(ReadPng, RefusesAFileThatIsCutShortAnywhere) {
  const std::string path = WritePng(8, 8, PNG_FORMAT_GRAY, std::vector<uint8_t>(64, 9));
  const auto size = std::filesystem::file_size(path);
  // The last chunk, IEND, holds no picture: libpng does without it.
  for (uintmax_t kept = 0; kept < size - 12 - 4; ++kept) {
    std::filesystem::resize_file(WritePng(8, 8, PNG_FORMAT_GRAY, std::vector<uint8_t>(64, 9)), kept);
    EXPECT_EQ(ReadPng(path, 1).status().code(), absl::StatusCode::kInvalidArgument) << kept << " bytes";
  }
}

}  // namespace
}  // namespace moduled::modulectl
