// The arithmetic of a window that slides along one axis, which convolution and pooling share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"

namespace moduled::nn {

// Output o sees the input elements o stride + tap dilation - padding_begin, for each tap of the kernel.
struct WindowAxis {
  int64_t in = 1;
  int64_t out = 1;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t padding_begin = 0;
  int64_t padding_end = 0;

  struct Range {
    int64_t begin = 0;
    int64_t end = 0;
    bool operator==(const Range&) const = default;
  };

  // Where output `o` finds `tap`: outside of [0, in) it is padding.
  int64_t Position(int64_t o, int64_t tap) const { return o * stride + tap * dilation - padding_begin; }
  bool Contains(int64_t position) const { return position >= 0 && position < in; }

  // The outputs that find `tap` in the input.
  Range OutputsOf(int64_t tap) const;

  // The taps that output `o` finds in the input.
  Range TapsOf(int64_t o) const;

  // From the first to the last element under the kernel. Requires what CountWindows accepted.
  int64_t extent() const { return (kernel - 1) * dilation + 1; }
  int64_t padded() const { return in + padding_begin + padding_end; }
};

// Rounded up, there may be a last window that is only partly in the padded input, unless it begins beyond
// padding_begin and the input.
enum class WindowRounding : uint8_t { kDown, kUp };

// The windows along an axis, whose `out` is not used: 0 or less if not even one fits. Requires a positive kernel,
// stride and dilation; INVALID_ARGUMENT if positions do not fit into int64.
absl::StatusOr<int64_t> CountWindows(const WindowAxis& axis, WindowRounding rounding);

// One to three axes; those that are missing stand first and have one element.
inline constexpr size_t kMaxWindowAxes = 3;
using WindowAxes = std::array<WindowAxis, kMaxWindowAxes>;

}  // namespace moduled::nn
