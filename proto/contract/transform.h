// What a hook makes of the values it sees before they travel: step after step, each taking every tensor to another.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "nn/tensor/dtype.h"

namespace moduled::contract {

// tensor[start:stop:step, ...].
struct SliceStep {
  // As Python's slice: counts from the end when negative, and is cut to the dimension's extent.
  struct Range {
    std::optional<int64_t> start = std::nullopt;
    std::optional<int64_t> stop = std::nullopt;
    std::optional<int64_t> step = std::nullopt;  // At least 1.
    bool operator==(const Range&) const = default;
  };

  std::vector<Range> dims = {};  // For each dimension from the first on; dimensions beyond stay whole.
  bool operator==(const SliceStep&) const = default;
};

// A few numbers in place of many.
struct ReduceStep {
  enum class Op : uint8_t {
    kMean,
    kSum,
    kMax,        // torch.amax
    kMin,        // torch.amin
    kNorm,       // torch.linalg.vector_norm
    kStd,        // torch.std, unbiased
    kTopK,       // torch.topk: a tuple of values and indices
    kHistogram,  // torch.histogram: a tuple of counts and edges
  };

  Op op = Op::kMean;
  std::vector<int64_t> dims = {};  // Counted from the end when negative. None: all; for kTopK the last.
  bool keepdim = false;
  uint32_t k = 0;                            // kTopK
  uint32_t bins = 0;                         // kHistogram
  std::optional<double> min = std::nullopt;  // kHistogram, both or neither: the outer edges.
  std::optional<double> max = std::nullopt;
  bool operator==(const ReduceStep&) const = default;
};

// tensor.to(dtype).
struct CastStep {
  nn::DType dtype = nn::DType::kFloat32;
  bool operator==(const CastStep&) const = default;
};

using TransformStep = std::variant<SliceStep, ReduceStep, CastStep>;

}  // namespace moduled::contract
