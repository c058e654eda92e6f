// The JSON header of a safetensors file, read strictly: anything but what the format allows is an error.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moduled::nn {

struct SafetensorsHeader {
  struct Entry {
    std::string name;
    std::string dtype;
    std::vector<uint64_t> shape;
    std::vector<uint64_t> data_offsets;  // Two.
  };
  std::vector<Entry> entries;  // In the order of the text.
  std::vector<std::pair<std::string, std::string>> metadata;
};

// Refuses bad JSON and UTF-8, duplicate and unknown keys, and values of another type than the format's.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(absl::string_view text);

}  // namespace moduled::nn
