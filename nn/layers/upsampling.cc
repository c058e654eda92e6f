#include "nn/layers/upsampling.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/forward_layer.h"
#include "nn/layers/resize_forward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// What all of them take. torch checks it when the layer is called, and so does Resize.
ResizeOptions ReadOptions(AttributeReader& reader) {
  ResizeOptions options;
  if (reader.Has("size")) options.size = reader.Ints("size", kAnyInt);
  options.scale_factor = reader.Floats("scale_factor");
  return options;
}

LayerResult Make(absl::string_view type, const LayerArguments& arguments, const AttributeReader& reader,
                 ResizeOptions options) {
  RETURN_IF_ERROR(reader.Finish());
  const std::string target = reader.Has("scale_factor")
                                 ? absl::StrCat("scale_factor=", reader.AsGiven("scale_factor", ""))
                                 : absl::StrCat("size=", reader.AsGiven("size", "None"));
  std::string repr = absl::StrCat(target, ", mode=", options.mode);
  return std::make_shared<ForwardLayer>(
      type, arguments, std::move(repr),
      [options = std::move(options)](Trace& trace, Value input) { return Resize(trace, input, options); });
}

LayerResult CreateUpsample(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  ResizeOptions options = ReadOptions(reader);
  options.mode = reader.String("mode", "nearest");
  const bool align_corners = reader.Bool("align_corners", false);
  if (reader.Has("align_corners")) options.align_corners = align_corners;
  options.recompute_scale_factor = reader.Bool("recompute_scale_factor", false);
  return Make("Upsample", arguments, reader, std::move(options));
}

LayerResult CreateUpsamplingNearest2d(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  ResizeOptions options = ReadOptions(reader);
  options.mode = "nearest";
  return Make("UpsamplingNearest2d", arguments, reader, std::move(options));
}

LayerResult CreateUpsamplingBilinear2d(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  ResizeOptions options = ReadOptions(reader);
  options.mode = "bilinear";
  options.align_corners = true;
  return Make("UpsamplingBilinear2d", arguments, reader, std::move(options));
}

constexpr LayerInfo kLayers[] = {
    {"Upsample", CreateUpsample},
    {"UpsamplingNearest2d", CreateUpsamplingNearest2d},
    {"UpsamplingBilinear2d", CreateUpsamplingBilinear2d},
};

}  // namespace

absl::Span<const LayerInfo> UpsamplingLayers() { return kLayers; }

}  // namespace moduled::nn
