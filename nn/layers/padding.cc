#include "nn/layers/padding.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/forward_layer.h"
#include "nn/layers/pad_forward.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr IntRange kPadOrCut = {.min = -kMaxExtent, .max = kMaxExtent};

// What torch calls the layers of a mode.
constexpr absl::string_view KindOf(PadMode mode) {
  switch (mode) {
    case PadMode::kConstant:
      return "Zero";
    case PadMode::kReflect:
      return "Reflection";
    case PadMode::kReplicate:
      return "Replication";
    case PadMode::kCircular:
      return "Circular";
  }
  return "";
}

std::shared_ptr<Layer> MakePad(const LayerArguments& arguments, absl::string_view kind, size_t axes, std::string repr,
                               std::vector<int64_t> padding, PadMode mode, double value) {
  return std::make_shared<ForwardLayer>(absl::StrCat(kind, "Pad", axes, "d"), arguments, std::move(repr),
                                        [padding = std::move(padding), mode, value](Trace& trace, Value input) {
                                          return Pad(trace, input, padding, mode, value);
                                        });
}

template <PadMode kMode, size_t kAxes>
LayerResult CreatePad(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  std::vector<int64_t> padding = reader.PerAxis("padding", 2 * kAxes, kPadOrCut);
  RETURN_IF_ERROR(reader.Finish());
  std::string repr = TupleRepr(padding);
  return MakePad(arguments, KindOf(kMode), kAxes, std::move(repr), std::move(padding), kMode, 0);
}

template <size_t kAxes>
LayerResult CreateConstantPad(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  std::vector<int64_t> padding = reader.PerAxis("padding", 2 * kAxes, kPadOrCut);
  if (!reader.Has("value")) reader.Fail("value: must be set (got nothing)");
  const double value = reader.Float("value", 0);
  RETURN_IF_ERROR(reader.Finish());
  std::string repr = absl::StrCat("padding=", TupleRepr(padding), ", value=", reader.NumberAsGiven("value", ""));
  return MakePad(arguments, "Constant", kAxes, std::move(repr), std::move(padding), PadMode::kConstant, value);
}

constexpr LayerInfo kLayers[] = {
    {"ReflectionPad1d", CreatePad<PadMode::kReflect, 1>},
    {"ReflectionPad2d", CreatePad<PadMode::kReflect, 2>},
    {"ReflectionPad3d", CreatePad<PadMode::kReflect, 3>},
    {"ReplicationPad1d", CreatePad<PadMode::kReplicate, 1>},
    {"ReplicationPad2d", CreatePad<PadMode::kReplicate, 2>},
    {"ReplicationPad3d", CreatePad<PadMode::kReplicate, 3>},
    {"ZeroPad1d", CreatePad<PadMode::kConstant, 1>},
    {"ZeroPad2d", CreatePad<PadMode::kConstant, 2>},
    {"ZeroPad3d", CreatePad<PadMode::kConstant, 3>},
    {"ConstantPad1d", CreateConstantPad<1>},
    {"ConstantPad2d", CreateConstantPad<2>},
    {"ConstantPad3d", CreateConstantPad<3>},
    {"CircularPad1d", CreatePad<PadMode::kCircular, 1>},
    {"CircularPad2d", CreatePad<PadMode::kCircular, 2>},
    {"CircularPad3d", CreatePad<PadMode::kCircular, 3>},
};

}  // namespace

absl::Span<const LayerInfo> PaddingLayers() { return kLayers; }

}  // namespace moduled::nn
