#include "nn/layers/convolution_options.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/lazy.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// "" where there is nothing to complain about.
std::string WrongPaddingName(const ConvolutionOptions& options, const AttributeReader& reader) {
  if (options.form.transposed || !reader.Has("padding_name")) return "";
  if (options.padding_name != "same" && options.padding_name != "valid") {
    return absl::StrCat("Invalid padding string '", options.padding_name, "', should be one of {'same', 'valid'}");
  }
  if (reader.Has("padding")) return "padding and padding_name cannot both be set";
  const bool is_strided = options.stride != std::vector<int64_t>(options.form.axes, 1);
  if (options.padding_name == "same" && is_strided) return "padding='same' is not supported for strided convolutions";
  return "";
}

std::string WrongPaddingMode(const ConvolutionOptions& options) {
  constexpr absl::string_view kModes[] = {"zeros", "reflect", "replicate", "circular"};
  if (std::find(std::begin(kModes), std::end(kModes), options.padding_mode) == std::end(kModes)) {
    return absl::StrCat(
        "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got "
        "padding_mode='",
        options.padding_mode, "'");
  }
  if (!options.form.transposed || !options.pads_apart()) return "";
  return absl::StrCat("Only \"zeros\" padding mode is supported for ", options.form.Resolved().Name());
}

// The constructor's checks, in torch's words.
void CheckOptions(const ConvolutionOptions& options, AttributeReader& reader) {
  const auto check = [&](absl::string_view field, bool is_right, const std::string& text) {
    if (!is_right) reader.Fail(absl::StrCat(field, ": ", text));
    return is_right;
  };
  if (!check("groups", options.groups > 0, "groups must be a positive integer")) return;
  check("groups", options.in_channels % options.groups == 0, "in_channels must be divisible by groups");
  check("groups", options.out_channels % options.groups == 0, "out_channels must be divisible by groups");
  const std::string wrong_name = WrongPaddingName(options, reader);
  check("padding_name", wrong_name.empty(), wrong_name);
  const std::string wrong_mode = WrongPaddingMode(options);
  check("padding_mode", wrong_mode.empty(), wrong_mode);
}

// torch's _get_in_channels.
absl::StatusOr<int64_t> ChannelsOf(size_t axes, absl::string_view type, const Shape& input) {
  if (input.rank() == axes + 1) return input[0];
  if (input.rank() == axes + 2) return input[1];
  return absl::InvalidArgumentError(absl::StrCat("Expected ", axes + 1, "D (unbatched) or ", axes + 2,
                                                 "D (batched) input to ", type, ", but got input of size: torch.Size(",
                                                 input.ToString(), ")"));
}

template <size_t kAxes>
absl::StatusOr<int64_t> InferChannels(absl::string_view type, const Shape& input) {
  return ChannelsOf(kAxes, type, input);
}

}  // namespace

std::string ConvolutionForm::Name() const {
  return absl::StrCat(lazy ? "Lazy" : "", transposed ? "ConvTranspose" : "Conv", axes, "d");
}

Shape ConvolutionOptions::WeightShape() const {
  Shape weight =
      form.transposed ? Shape{in_channels, out_channels / groups} : Shape{out_channels, in_channels / groups};
  for (const int64_t extent : kernel_size) weight.push_back(extent);
  return weight;
}

std::string ConvolutionOptions::Repr() const {
  std::string text = absl::StrCat(in_channels, ", ", out_channels, ", kernel_size=", TupleRepr(kernel_size),
                                  ", stride=", TupleRepr(stride));
  const auto append = [&](absl::string_view name, const std::vector<int64_t>& numbers, int64_t usual) {
    if (numbers == std::vector<int64_t>(form.axes, usual)) return;
    absl::StrAppend(&text, ", ", name, "=", TupleRepr(numbers));
  };
  if (!padding_name.empty()) {
    absl::StrAppend(&text, ", padding=", padding_name);
  } else {
    append("padding", padding, 0);
  }
  append("dilation", dilation, 1);
  append("output_padding", output_padding, 0);
  if (groups != 1) absl::StrAppend(&text, ", groups=", groups);
  if (!bias) absl::StrAppend(&text, ", bias=False");
  if (pads_apart()) absl::StrAppend(&text, ", padding_mode=", padding_mode);
  return text;
}

absl::StatusOr<ConvolutionOptions> ReadConvolutionOptions(const Attributes& attributes, const ConvolutionForm& form) {
  AttributeReader reader(attributes);
  ConvolutionOptions options;
  options.form = form;
  if (!form.lazy) options.in_channels = reader.Int("in_channels", kPositive);
  options.out_channels = reader.Int("out_channels", kPositive);
  options.kernel_size = reader.PerAxis("kernel_size", form.axes, kExtent);
  options.stride = reader.PerAxis("stride", form.axes, kExtent, 1);
  options.padding = reader.PerAxis("padding", form.axes, kPadding, 0);
  if (!form.transposed) options.padding_name = reader.String("padding_name", "");
  options.output_padding.assign(form.axes, 0);
  if (form.transposed) options.output_padding = reader.PerAxis("output_padding", form.axes, kPadding, 0);
  options.dilation = reader.PerAxis("dilation", form.axes, kExtent, 1);
  options.groups = reader.Int("groups", kAnyInt, 1);
  options.bias = reader.Bool("bias", true);
  options.padding_mode = reader.String("padding_mode", "zeros");
  CheckOptions(options, reader);
  RETURN_IF_ERROR(reader.Finish());
  return options;
}

absl::Status AddConvolutionState(const ConvolutionOptions& options, InitContext& context, Layer& layer) {
  const Shape weight = options.WeightShape();
  RETURN_IF_ERROR(layer.AddParameter(context, "weight", weight, init::KaimingUniform(std::sqrt(5.0))));
  if (!options.bias) return layer.RegisterParameter("bias", nullptr);
  return layer.AddParameter(context, "bias", {options.out_channels}, init::BiasUniform(weight.numel(1, weight.rank())));
}

LayerResult CreateLazyConvolution(const LayerArguments& arguments, const ConvolutionForm& form,
                                  LayerResult (*create)(const LayerArguments& arguments)) {
  ASSIGN_OR_RETURN(const ConvolutionOptions options, ReadConvolutionOptions(arguments.attributes, form));
  constexpr decltype(LazyLayer::Target::infer) kInfer[] = {InferChannels<1>, InferChannels<2>, InferChannels<3>};
  const LazyLayer::Target target = {.create = create, .attribute = "in_channels", .infer = kInfer[form.axes - 1]};
  return std::make_shared<LazyLayer>(form.Name(), arguments, target, options.Repr());
}

}  // namespace moduled::nn
