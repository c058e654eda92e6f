// The layers whose windows slide: max, average and power-average pooling.
#include "nn/layers/pooling.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/forward_layer.h"
#include "nn/layers/pool_forward.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// What all windows have in common.
struct Windows {
  std::vector<int64_t> kernel;
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
};

Windows ReadWindows(AttributeReader& reader, size_t axes) {
  Windows windows;
  windows.kernel = reader.PerAxis("kernel_size", axes, kExtent);
  windows.stride = windows.kernel;
  if (reader.Has("stride")) windows.stride = reader.PerAxis("stride", axes, kExtent);
  windows.padding = reader.PerAxis("padding", axes, kPadding, 0);
  return windows;
}

// As torch prints what it keeps as it was given.
std::string WindowsRepr(const AttributeReader& reader) {
  const std::string kernel = reader.AsGiven("kernel_size", "");
  return absl::StrCat("kernel_size=", kernel, ", stride=", reader.AsGiven("stride", kernel),
                      ", padding=", reader.AsGiven("padding", "0"));
}

template <size_t kAxes>
LayerResult CreateMaxPool(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  Windows windows = ReadWindows(reader, kAxes);
  MaxPoolOp::Attrs attrs = {.kernel = std::move(windows.kernel),
                            .stride = std::move(windows.stride),
                            .padding = std::move(windows.padding),
                            .dilation = reader.PerAxis("dilation", kAxes, kExtent, 1),
                            .ceil_mode = reader.Bool("ceil_mode", false),
                            .return_indices = reader.Bool("return_indices", false)};
  RETURN_IF_ERROR(reader.Finish());
  std::string repr = absl::StrCat(WindowsRepr(reader), ", dilation=", reader.AsGiven("dilation", "1"),
                                  ", ceil_mode=", BoolRepr(attrs.ceil_mode));
  return std::make_shared<ForwardLayer>(
      absl::StrCat("MaxPool", kAxes, "d"), arguments, std::move(repr),
      [attrs = std::move(attrs)](Trace& trace, Value input) { return MaxPool(trace, input, attrs); });
}

template <size_t kAxes>
LayerResult CreateAvgPool(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  Windows windows = ReadWindows(reader, kAxes);
  // torch keeps tuples for one axis, and for others what it was given.
  std::string repr =
      kAxes > 1 ? WindowsRepr(reader)
                : absl::StrCat("kernel_size=", TupleRepr(windows.kernel), ", stride=", TupleRepr(windows.stride),
                               ", padding=", TupleRepr(windows.padding));
  AvgPoolOp::Attrs attrs = {.kernel = std::move(windows.kernel),
                            .stride = std::move(windows.stride),
                            .padding = std::move(windows.padding),
                            .ceil_mode = reader.Bool("ceil_mode", false),
                            .count_include_pad = reader.Bool("count_include_pad", true)};
  if (kAxes > 1) attrs.divisor_override = reader.OptionalInt("divisor_override", kAnyInt);
  if (attrs.divisor_override == 0) reader.Fail("divisor_override: divisor must be not zero");
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<ForwardLayer>(
      absl::StrCat("AvgPool", kAxes, "d"), arguments, std::move(repr),
      [attrs = std::move(attrs)](Trace& trace, Value input) { return AvgPool(trace, input, attrs); });
}

template <size_t kAxes>
LayerResult CreateLpPool(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  Windows windows = ReadWindows(reader, kAxes);
  if (!reader.Has("norm_type")) reader.Fail("norm_type: must be set (got nothing)");
  const double norm_type = reader.Float("norm_type", 0);
  AvgPoolOp::Attrs attrs = {.kernel = std::move(windows.kernel),
                            .stride = std::move(windows.stride),
                            .padding = std::move(windows.padding),
                            .ceil_mode = reader.Bool("ceil_mode", false)};
  RETURN_IF_ERROR(reader.Finish());
  std::string repr = absl::StrCat(
      "norm_type=", reader.NumberAsGiven("norm_type", ""), ", kernel_size=", reader.AsGiven("kernel_size", ""),
      ", stride=", reader.AsGiven("stride", "None"), ", ceil_mode=", BoolRepr(attrs.ceil_mode));
  return std::make_shared<ForwardLayer>(absl::StrCat("LPPool", kAxes, "d"), arguments, std::move(repr),
                                        [norm_type, attrs = std::move(attrs)](Trace& trace, Value input) {
                                          return LpPool(trace, input, norm_type, attrs);
                                        });
}

constexpr LayerInfo kLayers[] = {
    {"MaxPool1d", CreateMaxPool<1>}, {"MaxPool2d", CreateMaxPool<2>}, {"MaxPool3d", CreateMaxPool<3>},
    {"AvgPool1d", CreateAvgPool<1>}, {"AvgPool2d", CreateAvgPool<2>}, {"AvgPool3d", CreateAvgPool<3>},
    {"LPPool1d", CreateLpPool<1>},   {"LPPool2d", CreateLpPool<2>},   {"LPPool3d", CreateLpPool<3>},
};

}  // namespace

absl::Span<const LayerInfo> PoolingLayers() { return kLayers; }

}  // namespace moduled::nn
