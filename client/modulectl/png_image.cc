#include "client/modulectl/png_image.h"

#include <png.h>

#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

// Larger pictures are surely not what a model takes, and would only fill the memory.
constexpr uint64_t kMaxPixels = 100'000'000;

// From interleaved bytes to planes of floats.
absl::StatusOr<nn::Tensor> ToPlanes(const std::vector<uint8_t>& pixels, int64_t channels, int64_t height,
                                    int64_t width) {
  ASSIGN_OR_RETURN(nn::Tensor tensor, nn::Tensor::Allocate({nn::DType::kFloat32, {channels, height, width}}));
  float* out = tensor.mutable_elements<float>().data();
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t i = 0; i < height * width; ++i) *out++ = static_cast<float>(pixels[i * channels + c]) / 255.0f;
  }
  return tensor;
}

}  // namespace

absl::StatusOr<nn::Tensor> ReadPng(const std::string& path, int64_t channels) {
  if (!std::filesystem::exists(path)) return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": not a PNG file (", image.message, ")"));
  }
  if (uint64_t{image.width} * image.height > kMaxPixels) {
    png_image_free(&image);
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": too large (", image.width, " x ", image.height, " pixels)"));
  }
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  std::vector<uint8_t> pixels(PNG_IMAGE_SIZE(image));
  const png_color black{};
  if (png_image_finish_read(&image, &black, pixels.data(), 0, nullptr) == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": cannot be read (", image.message, ")"));
  }
  return ToPlanes(pixels, channels, image.height, image.width);
}

}  // namespace moduled::modulectl
