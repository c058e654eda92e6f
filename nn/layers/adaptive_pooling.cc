#include "nn/layers/adaptive_pooling.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/forward_layer.h"
#include "nn/layers/pool_forward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr IntRange kOutputSize = {.min = -1, .max = kMaxExtent};  // -1 is torch's None.

std::string OutputSizeRepr(const AttributeReader& reader) {
  return absl::StrCat("output_size=", reader.AsGiven("output_size", ""));
}

template <size_t kAxes>
LayerResult CreateAdaptiveAvgPool(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  std::vector<int64_t> size = reader.PerAxis("output_size", kAxes, kOutputSize);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<ForwardLayer>(
      absl::StrCat("AdaptiveAvgPool", kAxes, "d"), arguments, OutputSizeRepr(reader),
      [size = std::move(size)](Trace& trace, Value input) { return AdaptiveAvgPool(trace, input, size); });
}

template <size_t kAxes>
LayerResult CreateAdaptiveMaxPool(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  std::vector<int64_t> size = reader.PerAxis("output_size", kAxes, kOutputSize);
  const bool return_indices = reader.Bool("return_indices", false);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<ForwardLayer>(absl::StrCat("AdaptiveMaxPool", kAxes, "d"), arguments, OutputSizeRepr(reader),
                                        [size = std::move(size), return_indices](Trace& trace, Value input) {
                                          return AdaptiveMaxPool(trace, input, size, return_indices);
                                        });
}

constexpr LayerInfo kLayers[] = {
    {"AdaptiveAvgPool1d", CreateAdaptiveAvgPool<1>}, {"AdaptiveAvgPool2d", CreateAdaptiveAvgPool<2>},
    {"AdaptiveAvgPool3d", CreateAdaptiveAvgPool<3>}, {"AdaptiveMaxPool1d", CreateAdaptiveMaxPool<1>},
    {"AdaptiveMaxPool2d", CreateAdaptiveMaxPool<2>}, {"AdaptiveMaxPool3d", CreateAdaptiveMaxPool<3>},
};

}  // namespace

absl::Span<const LayerInfo> AdaptivePoolingLayers() { return kLayers; }

}  // namespace moduled::nn
