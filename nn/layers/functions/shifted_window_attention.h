// The attention of Swin Transformers (versions 1 and 2): within windows of an image, which may be shifted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"

namespace moduled::nn::functions {

// The arguments of torchvision's function of this name.
struct WindowAttention {
  Value input;                   // [N, H, W, C]
  Value qkv_weight;              // [3 C, C]
  Value proj_weight;             // [C, C]
  Value relative_position_bias;  // [1, heads, window elements, window elements]
  std::vector<int64_t> window;   // Rows and columns.
  int64_t heads = 1;
  std::vector<int64_t> shift;
  double attention_dropout = 0;
  double dropout = 0;
  std::optional<Value> qkv_bias;
  std::optional<Value> proj_bias;
  std::optional<Value> logit_scale;  // Version 2, whose attention goes by the cosine.
  bool training = true;
};

// [N, H, W, C]
absl::StatusOr<Value> ShiftedWindowAttention(Trace& trace, WindowAttention call);

}  // namespace moduled::nn::functions
