#include "nn/layers/vision.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/forward_layer.h"
#include "nn/layers/shuffle_forward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// A layer whose only argument is an int that its forward judges.
LayerResult MakeShuffle(const LayerArguments& arguments, absl::string_view type, absl::string_view name,
                        absl::StatusOr<Symbol> (*forward)(Trace&, Value, int64_t)) {
  AttributeReader reader(arguments.attributes);
  const int64_t number = reader.Int(name, kAnyInt);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<ForwardLayer>(
      type, arguments, absl::StrCat(name, "=", number),
      [number, forward](Trace& trace, Value input) { return forward(trace, input, number); });
}

LayerResult CreatePixelShuffle(const LayerArguments& arguments) {
  return MakeShuffle(arguments, "PixelShuffle", "upscale_factor", PixelShuffle);
}

LayerResult CreatePixelUnshuffle(const LayerArguments& arguments) {
  return MakeShuffle(arguments, "PixelUnshuffle", "downscale_factor", PixelUnshuffle);
}

LayerResult CreateChannelShuffle(const LayerArguments& arguments) {
  return MakeShuffle(arguments, "ChannelShuffle", "groups", ChannelShuffle);
}

constexpr LayerInfo kLayers[] = {
    {"PixelShuffle", CreatePixelShuffle},
    {"PixelUnshuffle", CreatePixelUnshuffle},
    {"ChannelShuffle", CreateChannelShuffle},
};

}  // namespace

absl::Span<const LayerInfo> VisionLayers() { return kLayers; }

}  // namespace moduled::nn
