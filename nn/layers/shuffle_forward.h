// Layers and functions that only move elements between channels and pixels.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// [..., C r r, H, W] -> [..., C, H r, W r].
absl::StatusOr<Symbol> PixelShuffle(Trace& trace, Value input, int64_t upscale_factor);

// [..., C, H r, W r] -> [..., C r r, H, W].
absl::StatusOr<Symbol> PixelUnshuffle(Trace& trace, Value input, int64_t downscale_factor);

// [N, g n, ...] -> [N, n g, ...].
absl::StatusOr<Symbol> ChannelShuffle(Trace& trace, Value input, int64_t groups);

}  // namespace moduled::nn
