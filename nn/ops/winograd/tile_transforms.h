// The transforms of one tile: inputs to what is multiplied, and products to outputs. Vectors run along channels.
#pragma once

#include <cstdint>

#include "nn/ops/winograd/vector.h"
#include "nn/ops/winograd/winograd.h"

namespace moduled::nn::winograd {

// The values of an input tile at its (kTile+2)^2 elements -> v at as many positions.
struct InputTile {
  const float* const* elements = nullptr;  // Row by row: the first channel of each.
  int64_t channels = 0;
  float* v = nullptr;  // Whole vectors are written: behind the channels come zeros.
  int64_t vector_stride = 0;
  int64_t position_stride = 0;
};
template <int kTile>
MODULED_AVX512 void TransformInput(const InputTile& tile);

// m at (kTile+2)^2 positions -> the outputs of a tile that are within y, with what follows the sum.
struct OutputTile {
  const float* m = nullptr;
  int64_t position_stride = 0;
  int64_t channels = 0;  // How many are to be written, of out_channels that lie side by side in y.
  int64_t out_channels = 0;
  int64_t out_width = 0;
  int64_t rows = 0;  // Those within y: kTile, or fewer at its end.
  int64_t columns = 0;
  const float* bias = nullptr;      // Or null. Like the two below, at the first channel to write.
  const float* residual = nullptr;  // Or null.
  float* y = nullptr;
  Activation activation = Activation::kNone;
  float low = 0;
  float high = 0;
};
template <int kTile>
MODULED_AVX512 void TransformOutput(const OutputTile& tile);

}  // namespace moduled::nn::winograd
