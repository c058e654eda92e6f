#include "nn/layers/unpooling.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/unpool_forward.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class MaxUnpoolLayer final : public Layer {
 public:
  MaxUnpoolLayer(const LayerArguments& arguments, UnpoolWindows windows)
      : Layer(absl::StrCat("MaxUnpool", windows.kernel.size(), "d"), arguments), windows_(std::move(windows)) {}

  std::string ExtraRepr() const override {
    return absl::StrCat("kernel_size=", TupleRepr(windows_.kernel), ", stride=", TupleRepr(windows_.stride),
                        ", padding=", TupleRepr(windows_.padding));
  }

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override {
    ASSIGN_OR_RETURN(const BoundArguments bound,
                     BoundArguments::Bind(absl::StrCat(type(), ".forward"), /*is_method=*/true,
                                          {{"input"}, {"indices"}, {"output_size", kOptional}}, arguments));
    ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
    ASSIGN_OR_RETURN(const Value indices, bound.Tensor(1));
    if (bound.IsNone(2)) return MaxUnpool(trace, input, indices, windows_, std::nullopt);
    ASSIGN_OR_RETURN(std::vector<int64_t> output_size, bound.Ints(2));
    return MaxUnpool(trace, input, indices, windows_, std::move(output_size));
  }

 private:
  UnpoolWindows windows_;
};

// The buffer _random_samples, where the layer has one, says where the windows stand.
class FractionalMaxPoolLayer final : public UnaryLayer {
 public:
  FractionalMaxPoolLayer(const LayerArguments& arguments, FractionalWindows windows)
      : UnaryLayer(absl::StrCat("FractionalMaxPool", windows.kernel.size(), "d"), arguments),
        windows_(std::move(windows)) {
    windows_.seed = arguments.context.NextRunSeed();
  }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    const std::shared_ptr<Buffer>* samples = buffer_slots().Find("_random_samples");
    if (samples == nullptr || *samples == nullptr) return FractionalMaxPool(trace, input, windows_, std::nullopt);
    return FractionalMaxPool(trace, input, windows_, trace.Use(**samples));
  }

 private:
  FractionalWindows windows_;
};

template <size_t kAxes>
LayerResult CreateMaxUnpool(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  UnpoolWindows windows = {.kernel = reader.PerAxis("kernel_size", kAxes, kExtent), .stride = {}, .padding = {}};
  windows.stride = windows.kernel;
  if (reader.Has("stride")) windows.stride = reader.PerAxis("stride", kAxes, kExtent);
  windows.padding = reader.PerAxis("padding", kAxes, kPadding, 0);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<MaxUnpoolLayer>(arguments, std::move(windows));
}

// Exactly one of output_size and output_ratio is given, and the ratio is between 0 and 1.
void CheckOutput(AttributeReader& reader, absl::string_view type, const std::vector<double>& ratio) {
  const bool has_size = reader.Has("output_size"), has_ratio = reader.Has("output_ratio");
  if (!has_size && !has_ratio) {
    reader.Fail(absl::StrCat(type, " requires specifying either an output size, or a pooling ratio"));
  }
  if (has_size && has_ratio) reader.Fail("only one of output_size and output_ratio may be specified");
  if (!std::all_of(ratio.begin(), ratio.end(), [](double r) { return r > 0 && r < 1; })) {
    reader.Fail(absl::StrCat("output_ratio must be between 0 and 1 (got ", reader.AsGiven("output_ratio", ""), ")"));
  }
}

template <size_t kAxes>
LayerResult CreateFractionalMaxPool(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  FractionalWindows windows = {.kernel = reader.PerAxis("kernel_size", kAxes, kExtent),
                               .output_size = {},
                               .output_ratio = reader.FloatPerAxis("output_ratio", kAxes),
                               .return_indices = reader.Bool("return_indices", false)};
  if (reader.Has("output_size")) windows.output_size = reader.PerAxis("output_size", kAxes, kPadding);
  CheckOutput(reader, absl::StrCat("FractionalMaxPool", kAxes, "d"), windows.output_ratio);
  const bool has_samples = reader.Has("random_samples");
  const std::vector<int64_t> samples = has_samples ? reader.Ints("random_samples", kPadding) : std::vector<int64_t>();
  RETURN_IF_ERROR(reader.Finish());
  auto layer = std::make_shared<FractionalMaxPoolLayer>(arguments, std::move(windows));
  if (has_samples) {
    RETURN_IF_ERROR(layer->AddBuffer(arguments.context, "_random_samples", Shape(samples), init::Zeros()));
  } else {
    RETURN_IF_ERROR(layer->RegisterBuffer("_random_samples", nullptr));
  }
  return layer;
}

constexpr LayerInfo kLayers[] = {
    {"MaxUnpool1d", CreateMaxUnpool<1>},
    {"MaxUnpool2d", CreateMaxUnpool<2>},
    {"MaxUnpool3d", CreateMaxUnpool<3>},
    {"FractionalMaxPool2d", CreateFractionalMaxPool<2>},
    {"FractionalMaxPool3d", CreateFractionalMaxPool<3>},
};

}  // namespace

absl::Span<const LayerInfo> UnpoolingLayers() { return kLayers; }

}  // namespace moduled::nn
