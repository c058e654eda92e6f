#include "nn/layers/shape.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/axes.h"
#include "nn/layers/forward_layer.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

LayerResult CreateFlatten(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const int64_t start_dim = reader.Int("start_dim", kAnyInt, 1);
  const int64_t end_dim = reader.Int("end_dim", kAnyInt, -1);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<ForwardLayer>(
      "Flatten", arguments, absl::StrCat("start_dim=", start_dim, ", end_dim=", end_dim),
      [=](Trace& trace, Value input) { return FlattenAxes(trace, input, start_dim, end_dim); });
}

LayerResult CreateUnflatten(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  if (!reader.Has("dim")) reader.Fail("dim: must be set (got nothing)");
  const int64_t dim = reader.Int("dim", kAnyInt, 0);
  std::vector<int64_t> sizes = reader.Ints("unflattened_size", kAnyInt);
  RETURN_IF_ERROR(reader.Finish());
  std::string repr = absl::StrCat("dim=", dim, ", unflattened_size=", TupleRepr(sizes));
  return std::make_shared<ForwardLayer>(
      "Unflatten", arguments, std::move(repr),
      [dim, sizes = std::move(sizes)](Trace& trace, Value input) { return UnflattenAxis(trace, input, dim, sizes); });
}

constexpr LayerInfo kLayers[] = {
    {"Flatten", CreateFlatten},
    {"Unflatten", CreateUnflatten},
};

}  // namespace

absl::Span<const LayerInfo> ShapeLayers() { return kLayers; }

}  // namespace moduled::nn
