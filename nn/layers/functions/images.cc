#include "nn/layers/functions/images.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/functions/axis_arguments.h"
#include "nn/layers/pad_forward.h"
#include "nn/layers/resize_forward.h"
#include "nn/layers/shuffle_forward.h"
#include "nn/modules/argument_binder.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

absl::StatusOr<PadMode> FindPadMode(absl::string_view name) {
  if (name == "constant") return PadMode::kConstant;
  if (name == "reflect") return PadMode::kReflect;
  if (name == "replicate") return PadMode::kReplicate;
  if (name == "circular") return PadMode::kCircular;
  return absl::InvalidArgumentError(absl::StrCat("Unrecognised padding mode ", name));
}

// pad(input, pad, mode="constant", value=None)
absl::StatusOr<Symbol> PadFunction(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("pad", /*is_method=*/false,
                                        {{"input"}, {"pad"}, {"mode", kOptional}, {"value", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> padding, bound.Ints(1));
  ASSIGN_OR_RETURN(const std::optional<std::string> name, bound.OptionalString(2));
  ASSIGN_OR_RETURN(const PadMode mode, FindPadMode(name.value_or("constant")));
  double value = 0;
  if (!bound.IsNone(3)) {
    ASSIGN_OR_RETURN(value, RequiredFloat(bound, {"pad", "value", 3}));
  }
  if (mode != PadMode::kConstant && value != 0) {
    return absl::InvalidArgumentError(absl::StrCat("Padding mode \"", *name, "\" doesn't take in value argument"));
  }
  return Pad(trace, input, padding, mode, value);
}

// What interpolate takes behind the input.
absl::StatusOr<ResizeOptions> ReadResizeOptions(const BoundArguments& bound) {
  ResizeOptions options;
  if (!bound.IsNone(1)) {
    ASSIGN_OR_RETURN(options.size, bound.IntOrInts(1));
  }
  ASSIGN_OR_RETURN(options.scale_factor, OptionalFloats(bound, {"interpolate", "scale_factor", 2}));
  ASSIGN_OR_RETURN(const std::optional<std::string> mode, bound.OptionalString(3));
  if (mode.has_value()) options.mode = *mode;
  if (!bound.IsNone(4)) {
    ASSIGN_OR_RETURN(options.align_corners, bound.Bool(4, false));
  }
  if (!bound.IsNone(5)) {
    ASSIGN_OR_RETURN(options.recompute_scale_factor, bound.Bool(5, false));
  }
  ASSIGN_OR_RETURN(options.antialias, bound.Bool(6, false));
  return options;
}

// interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None,
//             antialias=False)
absl::StatusOr<Symbol> Interpolate(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("interpolate", /*is_method=*/false,
                                                                    {{"input"},
                                                                     {"size", kOptional},
                                                                     {"scale_factor", kOptional},
                                                                     {"mode", kOptional},
                                                                     {"align_corners", kOptional},
                                                                     {"recompute_scale_factor", kOptional},
                                                                     {"antialias", kOptional}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const ResizeOptions options, ReadResizeOptions(bound));
  return Resize(trace, input, options);
}

// function(input, number)
absl::StatusOr<Symbol> Shuffle(absl::string_view function, absl::string_view number, Trace& trace,
                               const Arguments& arguments, absl::StatusOr<Symbol> (*forward)(Trace&, Value, int64_t)) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(function), /*is_method=*/false, {{"input"}, {number}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t factor, bound.Int(1));
  return forward(trace, input, factor);
}

absl::StatusOr<Symbol> PixelShuffleFunction(Trace& trace, const Arguments& arguments) {
  return Shuffle("pixel_shuffle", "upscale_factor", trace, arguments, PixelShuffle);
}

absl::StatusOr<Symbol> PixelUnshuffleFunction(Trace& trace, const Arguments& arguments) {
  return Shuffle("pixel_unshuffle", "downscale_factor", trace, arguments, PixelUnshuffle);
}

absl::StatusOr<Symbol> ChannelShuffleFunction(Trace& trace, const Arguments& arguments) {
  return Shuffle("channel_shuffle", "groups", trace, arguments, ChannelShuffle);
}

constexpr Function kFunctions[] = {
    {"pad", PadFunction},
    {"interpolate", Interpolate},
    {"pixel_shuffle", PixelShuffleFunction},
    {"pixel_unshuffle", PixelUnshuffleFunction},
    {"channel_shuffle", ChannelShuffleFunction},
};

}  // namespace

absl::Span<const Function> ImageFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
