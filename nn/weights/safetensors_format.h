// What reader and writer share.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "nn/tensor/dtype.h"

namespace moduled::nn {

// The format is little-endian, and so are the tensors that view its bytes.
static_assert(std::endian::native == std::endian::little);

// The reference implementation's limit of the header's length.
inline constexpr uint64_t kMaxHeaderBytes = 100'000'000;
inline constexpr size_t kLengthBytes = 8;

inline constexpr absl::string_view kMetadataKey = "__metadata__";
// JSON texts under __metadata__: the keys of the state_dict in order, and {"module": {"version": n}}.
inline constexpr absl::string_view kOrderKey = "order";
inline constexpr absl::string_view kVersionsKey = "torch_metadata";
inline constexpr absl::string_view kFormatKey = "format";

// Keys under __metadata__ that say something else than which tensor a dropped key stands for.
inline bool IsReserved(absl::string_view key) { return key == kOrderKey || key == kVersionsKey || key == kFormatKey; }

struct SafetensorsDType {
  absl::string_view name;
  DType dtype;
};

// In descending order: how writers sort tensors, so that each is aligned by the ones before it.
inline constexpr SafetensorsDType kSafetensorsDTypes[] = {
    {"I64", DType::kInt64}, {"F64", DType::kFloat64},   {"F32", DType::kFloat32},
    {"I32", DType::kInt32}, {"BF16", DType::kBFloat16}, {"F16", DType::kFloat16},
    {"I8", DType::kInt8},   {"U8", DType::kUInt8},      {"BOOL", DType::kBool},
};

inline std::optional<DType> ParseSafetensorsDType(absl::string_view name) {
  for (const SafetensorsDType& entry : kSafetensorsDTypes) {
    if (entry.name == name) return entry.dtype;
  }
  return std::nullopt;
}

// The position of the type in that order.
inline size_t SafetensorsRank(DType dtype) {
  size_t rank = 0;
  while (kSafetensorsDTypes[rank].dtype != dtype) ++rank;
  return rank;
}

}  // namespace moduled::nn
