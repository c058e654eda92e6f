// What the outputs of a convolution see, written out as a matrix: a row for each channel and tap, a column for each
// output.
#pragma once

#include <algorithm>
#include <cstdint>

#include "nn/ops/convolution/problem.h"

namespace moduled::nn {

// One row of the matrix for the outputs [begin, end) of a plane: what tap (kz, ky, kx) finds in the channel `x`.
template <class T>
void WriteColumnsOfTap(const ConvolutionProblem& p, const T* x, int64_t kz, int64_t ky, int64_t kx, int64_t begin,
                       int64_t end, T* row) {
  const auto& [az, ay, ax] = p.window;
  const WindowAxis::Range found = ax.OutputsOf(kx);
  for (int64_t o = begin; o < end;) {
    const int64_t line = o / ax.out;
    const int64_t first = o - line * ax.out;
    const int64_t last = std::min(ax.out, first + end - o);
    const int64_t z = az.Position(line / ay.out, kz);
    const int64_t y = ay.Position(line % ay.out, ky);
    const bool inside = az.Contains(z) && ay.Contains(y);
    const int64_t from = inside ? std::clamp(found.begin, first, last) : last;
    const int64_t to = inside ? std::clamp(found.end, from, last) : last;
    T* out = row + (o - begin) - first;  // out[ox] for ox in [first, last).
    std::fill(out + first, out + from, T(0));
    if (from < to) {
      const T* source = x + (z * ay.in + y) * ax.in + ax.Position(from, kx);
      if (ax.stride == 1) {
        std::copy_n(source, to - from, out + from);
      } else {
        for (int64_t i = 0; i < to - from; ++i) out[from + i] = source[i * ax.stride];
      }
    }
    std::fill(out + to, out + last, T(0));
    o += last - first;
  }
}

// The matrix [group_in * taps, end - begin] for the channels of a group, which begin at `x`.
template <class T>
void WriteColumns(const ConvolutionProblem& p, const T* x, int64_t begin, int64_t end, T* columns) {
  const auto& [az, ay, ax] = p.window;
  for (int64_t c = 0; c < p.group_in; ++c) {
    for (int64_t kz = 0; kz < az.kernel; ++kz) {
      for (int64_t ky = 0; ky < ay.kernel; ++ky) {
        for (int64_t kx = 0; kx < ax.kernel; ++kx) {
          WriteColumnsOfTap(p, x + c * p.in_plane(), kz, ky, kx, begin, end, columns);
          columns += end - begin;
        }
      }
    }
  }
}

// The other way round: adds a row of the matrix to what tap (kz, ky, kx) finds in the channel `x`.
template <class T>
void AddColumnsOfTap(const ConvolutionProblem& p, const T* row, int64_t kz, int64_t ky, int64_t kx, int64_t begin,
                     int64_t end, T* x) {
  const auto& [az, ay, ax] = p.window;
  const WindowAxis::Range found = ax.OutputsOf(kx);
  for (int64_t o = begin; o < end;) {
    const int64_t line = o / ax.out;
    const int64_t first = o - line * ax.out;
    const int64_t last = std::min(ax.out, first + end - o);
    const int64_t z = az.Position(line / ay.out, kz);
    const int64_t y = ay.Position(line % ay.out, ky);
    if (az.Contains(z) && ay.Contains(y)) {
      const int64_t from = std::clamp(found.begin, first, last);
      const int64_t to = std::clamp(found.end, from, last);
      const T* in = row + (o - begin) - first;  // in[ox] for ox in [first, last).
      T* target = x + (z * ay.in + y) * ax.in + ax.Position(from, kx);
      for (int64_t i = 0; i < to - from; ++i) target[i * ax.stride] += in[from + i];
    }
    o += last - first;
  }
}

// Adds the matrix [group_in * taps, end - begin] to the channels of a group, which begin at `x`.
template <class T>
void AddColumns(const ConvolutionProblem& p, const T* columns, int64_t begin, int64_t end, T* x) {
  const auto& [az, ay, ax] = p.window;
  for (int64_t c = 0; c < p.group_in; ++c) {
    for (int64_t kz = 0; kz < az.kernel; ++kz) {
      for (int64_t ky = 0; ky < ay.kernel; ++ky) {
        for (int64_t kx = 0; kx < ax.kernel; ++kx) {
          AddColumnsOfTap(p, columns, kz, ky, kx, begin, end, x + c * p.in_plane());
          columns += end - begin;
        }
      }
    }
  }
}

}  // namespace moduled::nn
