// Winograd's convolution for AVX-512: 3x3 windows that move by one element, float32, channels last.
//
//   y = activation(x * weight + bias + residual)
//   x [N, H, W, C], weight [O, C, 3, 3], bias [O], residual [N, OH, OW, O] -> y [N, OH, OW, O]
//
// F(m x m, 3x3) computes a tile of m x m outputs from (m+2) x (m+2) inputs. Along an axis, with matrices that are made
// from m + 1 points and the one at infinity (transform.h):
//
//   tile of y = A' ((G weight) . (B' tile of x))
//
// so that a channel takes (m+2)^2 products for m^2 outputs, where the definition takes 9 m^2: 2.25 times fewer with
// m = 2 and 4 times fewer with m = 4. For every one of the (m+2)^2 positions in a tile, the products are a matrix
// product over channels: [tiles, C] x [C, O].
//
// Errors grow with m: relative to the largest output, m = 2 is more exact than a sum in float32 by the definition, m =
// 4 loses about twice as much as that does. Whether that will do is the caller's to decide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace moduled::nn::winograd {

enum class Activation { kNone, kClamp };

// What PackWeights makes.
enum class WeightForm {
  kTransformed,  // As it is multiplied: 16 / 9 or 4 times as large as the weight.
  kWindows,      // As large as the weight, transformed while it is multiplied. For few tiles, m = 4 alone.
};

struct Problem {
  int64_t batch = 0;
  int64_t in_height = 0;
  int64_t in_width = 0;
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  int64_t out_height = 0;
  int64_t out_width = 0;
  int64_t pad_top = 0;
  int64_t pad_left = 0;
  int tile = 4;  // Outputs along an axis of a tile: 2 or 4.
  WeightForm form = WeightForm::kTransformed;
  int threads = 1;
  bool bias = false;
  bool residual = false;
  Activation activation = Activation::kNone;
  float low = 0;  // Of kClamp: relu is [0, infinity].
  float high = std::numeric_limits<float>::infinity();
};

// Whether this processor runs it, and whether all sizes are within what the other functions can count. They require it.
bool Supports(const Problem& problem);

// The weight in its form, which does not depend on the input's extents, on the threads nor on what follows the sum:
// problems that differ in these alone share it.
size_t PackedBytes(const Problem& problem);
void PackWeights(const Problem& problem, const float* weight, float* packed);

// What a run needs beside its operands, aligned to 64 bytes like `packed`.
size_t ScratchBytes(const Problem& problem);

// `residual` may be y itself. Pointers to what the problem does not have are not read. Runs may share `packed`, nothing
// else.
void Run(const Problem& problem, const float* x, const float* packed, const float* bias, const float* residual,
         float* y, void* scratch);

}  // namespace moduled::nn::winograd
