// What the tests of weights share: a directory of their own, files put together by hand, and short ways to ask.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nn/tensor/tensor.h"
#include "nn/weights/safetensors.h"

namespace moduled::nn::weights_testing {

// A new directory, removed with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = testing::TempDir() + "weights_XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) ADD_FAILURE() << "no temporary directory: " << std::strerror(errno);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  std::string Write(const std::string& name, absl::string_view bytes) const {
    std::ofstream(*this / name, std::ios::binary) << bytes;
    return *this / name;
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(*this / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) names.push_back(entry.path().filename());
    return names;
  }

 private:
  std::string path_;
};

// The bytes of a little-endian u64.
inline std::string Length(uint64_t length) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(length >> shift));
  return bytes;
}

// A safetensors file of these parts, whatever they are.
inline std::string FileOf(absl::string_view header, absl::string_view buffer = "") {
  return Length(header.size()) + std::string(header) + std::string(buffer);
}

// Parses a copy of the bytes that ends where they end, so that a sanitizer sees every read beyond. `shift` moves it
// away from the alignment that allocation gives.
inline absl::StatusOr<SafetensorsFile> Parse(absl::string_view bytes, size_t shift = 0) {
  const std::shared_ptr<uint8_t[]> copy(new uint8_t[shift + bytes.size()]);
  std::memcpy(copy.get() + shift, bytes.data(), bytes.size());
  return SafetensorsFile::Parse("f.safetensors", {copy.get() + shift, bytes.size()}, copy);
}

inline std::string BytesOf(const Tensor& tensor) { return {tensor.bytes().begin(), tensor.bytes().end()}; }

template <class T>
std::vector<T> ElementsOf(const Tensor& tensor) {
  return {tensor.elements<T>().begin(), tensor.elements<T>().end()};
}

template <class Pairs>
std::vector<std::string> KeysOf(const Pairs& pairs) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : pairs) keys.push_back(key);
  return keys;
}

}  // namespace moduled::nn::weights_testing
