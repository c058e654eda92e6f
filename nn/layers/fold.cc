#include "nn/layers/fold.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/fold_forward.h"
#include "nn/layers/forward_layer.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr size_t kAxes = 2;

SlidingAttrs ReadSliding(AttributeReader& reader) {
  return {.kernel = reader.PerAxis("kernel_size", kAxes, kExtent),
          .dilation = reader.PerAxis("dilation", kAxes, kExtent, 1),
          .padding = reader.PerAxis("padding", kAxes, kPadding, 0),
          .stride = reader.PerAxis("stride", kAxes, kExtent, 1)};
}

std::string SlidingRepr(const AttributeReader& reader) {
  return absl::StrCat("kernel_size=", reader.AsGiven("kernel_size", ""), ", dilation=", reader.AsGiven("dilation", "1"),
                      ", padding=", reader.AsGiven("padding", "0"), ", stride=", reader.AsGiven("stride", "1"));
}

LayerResult CreateUnfold(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  SlidingAttrs sliding = ReadSliding(reader);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<ForwardLayer>(
      "Unfold", arguments, SlidingRepr(reader),
      [sliding = std::move(sliding)](Trace& trace, Value input) { return Unfold(trace, input, sliding); });
}

LayerResult CreateFold(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  FoldOp::Attrs attrs = {.output_size = reader.PerAxis("output_size", kAxes, kExtent), .sliding = ReadSliding(reader)};
  RETURN_IF_ERROR(reader.Finish());
  std::string repr = absl::StrCat("output_size=", reader.AsGiven("output_size", ""), ", ", SlidingRepr(reader));
  return std::make_shared<ForwardLayer>(
      "Fold", arguments, std::move(repr),
      [attrs = std::move(attrs)](Trace& trace, Value input) { return Fold(trace, input, attrs); });
}

constexpr LayerInfo kLayers[] = {
    {"Unfold", CreateUnfold},
    {"Fold", CreateFold},
};

}  // namespace

absl::Span<const LayerInfo> FoldLayers() { return kLayers; }

}  // namespace moduled::nn
