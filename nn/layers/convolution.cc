#include "nn/layers/convolution.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/spatial.h"
#include "nn/modules/python_text.h"
#include "nn/ops/convolution.h"
#include "nn/ops/pad.h"

namespace moduled::nn {
namespace {

constexpr size_t kAxes = 2;

struct ConvOptions {
  int64_t in_channels;
  int64_t out_channels;
  std::vector<int64_t> kernel_size;
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
  std::string padding_name;  // "" where the padding is numbers.
  std::vector<int64_t> dilation;
  int64_t groups;
  bool bias;
  std::string padding_mode;
};

// The constructor's checks, in torch's words.
void CheckOptions(const ConvOptions& options, AttributeReader& reader) {
  const auto fail = [&](absl::string_view field, const std::string& text) {
    reader.Fail(absl::StrCat(field, ": ", text));
  };
  if (options.groups <= 0) return fail("groups", "groups must be a positive integer");
  if (options.in_channels % options.groups != 0) return fail("groups", "in_channels must be divisible by groups");
  if (options.out_channels % options.groups != 0) return fail("groups", "out_channels must be divisible by groups");
  if (!options.padding_name.empty() || reader.Has("padding_name")) {
    if (options.padding_name != "same" && options.padding_name != "valid") {
      return fail("padding_name", absl::StrCat("Invalid padding string '", options.padding_name,
                                               "', should be one of {'same', 'valid'}"));
    }
    if (reader.Has("padding")) return fail("padding_name", "padding and padding_name cannot both be set");
    if (options.padding_name == "same" && options.stride != std::vector<int64_t>(kAxes, 1)) {
      return fail("padding_name", "padding='same' is not supported for strided convolutions");
    }
  }
  const absl::string_view modes[] = {"zeros", "reflect", "replicate", "circular"};
  if (std::find(std::begin(modes), std::end(modes), options.padding_mode) == std::end(modes)) {
    fail("padding_mode", absl::StrCat("padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, "
                                      "but got padding_mode='",
                                      options.padding_mode, "'"));
  }
}

absl::StatusOr<ConvOptions> ReadOptions(const Attributes& attributes) {
  AttributeReader reader(attributes);
  ConvOptions options;
  options.in_channels = reader.Int("in_channels", kPositive);
  options.out_channels = reader.Int("out_channels", kPositive);
  options.kernel_size = reader.PerAxis("kernel_size", kAxes, kExtent);
  options.stride = reader.PerAxis("stride", kAxes, kExtent, 1);
  options.padding = reader.PerAxis("padding", kAxes, kPadding, 0);
  options.padding_name = reader.String("padding_name", "");
  options.dilation = reader.PerAxis("dilation", kAxes, kExtent, 1);
  options.groups = reader.Int("groups", kAnyInt, 1);
  options.bias = reader.Bool("bias", true);
  options.padding_mode = reader.String("padding_mode", "zeros");
  CheckOptions(options, reader);
  RETURN_IF_ERROR(reader.Finish());
  return options;
}

class Conv2d final : public UnaryLayer {
 public:
  Conv2d(const LayerArguments& arguments, ConvOptions options)
      : UnaryLayer("Conv2d", arguments), options_(std::move(options)) {}

  absl::Status Initialise(InitContext& context) {
    Shape weight{options_.out_channels, options_.in_channels / options_.groups};
    for (const int64_t extent : options_.kernel_size) weight.push_back(extent);
    RETURN_IF_ERROR(AddParameter(context, "weight", weight, init::KaimingUniform(std::sqrt(5.0))));
    if (!options_.bias) return RegisterParameter("bias", nullptr);
    return AddParameter(context, "bias", {options_.out_channels}, init::BiasUniform(weight.numel(1, weight.rank())));
  }

  std::string ExtraRepr() const override {
    std::string text =
        absl::StrCat(options_.in_channels, ", ", options_.out_channels,
                     ", kernel_size=", TupleRepr(options_.kernel_size), ", stride=", TupleRepr(options_.stride));
    if (!options_.padding_name.empty()) {
      absl::StrAppend(&text, ", padding=", options_.padding_name);
    } else if (options_.padding != std::vector<int64_t>(kAxes, 0)) {
      absl::StrAppend(&text, ", padding=", TupleRepr(options_.padding));
    }
    if (options_.dilation != std::vector<int64_t>(kAxes, 1)) {
      absl::StrAppend(&text, ", dilation=", TupleRepr(options_.dilation));
    }
    if (options_.groups != 1) absl::StrAppend(&text, ", groups=", options_.groups);
    if (!options_.bias) absl::StrAppend(&text, ", bias=False");
    if (options_.padding_mode != "zeros") absl::StrAppend(&text, ", padding_mode=", options_.padding_mode);
    return text;
  }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    const Shape& shape = trace.spec(input).shape;
    if (shape.rank() != 3 && shape.rank() != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: ", shape.ToString()));
    }
    return ApplyBatched(trace, 2, input, [&](Value batched) { return Convolve(trace, batched); });
  }

 private:
  absl::StatusOr<Value> Convolve(Trace& trace, Value input) const {
    ConvolutionOp::Attrs attrs = {.stride = options_.stride,
                                  .padding_begin = options_.padding,
                                  .padding_end = options_.padding,
                                  .dilation = options_.dilation,
                                  .groups = options_.groups};
    if (options_.padding_name == "same") {
      for (size_t axis = 0; axis < kAxes; ++axis) {  // Where the sum is odd, torch pads more at the end.
        const int64_t total = options_.dilation[axis] * (options_.kernel_size[axis] - 1);
        attrs.padding_begin[axis] = total / 2;
        attrs.padding_end[axis] = total - total / 2;
      }
    }
    if (options_.padding_mode != "zeros") {
      ASSIGN_OR_RETURN(input, Pad(trace, input, attrs));
      attrs.padding_begin.assign(kAxes, 0);
      attrs.padding_end.assign(kAxes, 0);
    }
    return trace.Apply<ConvolutionOp>(std::move(attrs), InputAndState(trace, input, {"weight", "bias"}));
  }

  absl::StatusOr<Value> Pad(Trace& trace, Value input, const ConvolutionOp::Attrs& attrs) const {
    PadOp::Attrs pad = {.begin = {0, 0}, .end = {0, 0}};
    pad.begin.insert(pad.begin.end(), attrs.padding_begin.begin(), attrs.padding_begin.end());
    pad.end.insert(pad.end.end(), attrs.padding_end.begin(), attrs.padding_end.end());
    pad.mode = options_.padding_mode == "reflect"     ? PadMode::kReflect
               : options_.padding_mode == "replicate" ? PadMode::kReplicate
                                                      : PadMode::kCircular;
    return trace.Apply<PadOp>(std::move(pad), {input});
  }

  ConvOptions options_;
};

LayerResult CreateConv2d(const LayerArguments& arguments) {
  ASSIGN_OR_RETURN(ConvOptions options, ReadOptions(arguments.attributes));
  const auto layer = std::make_shared<Conv2d>(arguments, std::move(options));
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

constexpr LayerInfo kLayers[] = {
    {"Conv2d", CreateConv2d},
};

}  // namespace

absl::Span<const LayerInfo> ConvolutionLayers() { return kLayers; }

}  // namespace moduled::nn
