// Products of matrices by the processor's tile registers, which multiply numbers in bfloat16 and sum them in float32.
//
//   y = pointwise(a b + bias + residual)    a [rows, depth], b [depth, columns], bias [columns], residual like y
//
// A float32 is the sum of two numbers in bfloat16, high and low, but for 2^-16 of it. Of the four products of such
// sums the one of both low parts is as small as what is lost, so three of them,
//
//   a b = a_high b_low + a_high b_high + a_low b_high,
//
// make a product in float32 that is off by 3 * 2^-16 of each term at most, several times as fast as by vectors.
// With the high parts alone it is a product in bfloat16.
//
// Infinities in a or b may become NaN, since infinity * 0 is one: 0 is the low part of many a number.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/graph/pointwise.h"

namespace moduled::nn::tiles {

using Bfloat16 = uint16_t;

struct Problem {
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t depth = 0;
  bool split = true;  // Both parts of a and b; otherwise the high ones alone.
  int threads = 1;
  bool bias = false;
  bool residual = false;
  Pointwise pointwise = {};
};

// Whether this processor runs it, and whether all sizes are within what the other functions can count. They require it.
bool Supports(const Problem& problem);

// Where b's elements are: that of (k, column) is at
//   column * column_stride + k / inner * outer_stride + k % inner * inner_stride.
struct Columns {
  const float* data = nullptr;
  int64_t column_stride = 0;
  int64_t inner = 1;
  int64_t inner_stride = 0;
  int64_t outer_stride = 0;
};

// b as it is multiplied, aligned to 64 bytes: it depends on depth, columns and split alone.
size_t PackedBytes(const Problem& problem);
void Pack(const Problem& problem, const Columns& b, Bfloat16* packed);

// The rows of a.
class Rows {
 public:
  virtual ~Rows() = default;
  // The numbers [begin, end) of a row: where they are, or in `buffer`, which has room for them.
  virtual const float* Get(int64_t row, int64_t begin, int64_t end, float* buffer) const = 0;
};

// What a product needs beside its operands, aligned like `packed`.
size_t ScratchBytes(const Problem& problem);

// `residual` may be y itself. Pointers to what the problem does not have are not read.
struct Operands {
  const Rows* a = nullptr;
  const Bfloat16* b = nullptr;  // Packed.
  const float* bias = nullptr;
  const float* residual = nullptr;
  float* y = nullptr;
  void* scratch = nullptr;
};
void Multiply(const Problem& problem, const Operands& operands);

}  // namespace moduled::nn::tiles
