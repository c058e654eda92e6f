#include "nn/layers/convolution.h"

#include <memory>
#include <utility>

#include "nn/layers/convolution_forward.h"
#include "nn/layers/convolution_options.h"
#include "nn/layers/pad_forward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class ConvolutionLayer final : public UnaryLayer {
 public:
  ConvolutionLayer(const LayerArguments& arguments, ConvolutionOptions options)
      : UnaryLayer(options.form.Name(), arguments), options_(std::move(options)) {}

  std::string ExtraRepr() const override { return options_.Repr(); }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    ConvolutionOp::Attrs attrs = {.stride = options_.stride,
                                  .padding_begin = options_.padding,
                                  .padding_end = options_.padding,
                                  .dilation = options_.dilation,
                                  .groups = options_.groups};
    for (size_t axis = 0; options_.padding_name == "same" && axis < options_.form.axes; ++axis) {
      const SamePadding padding = PaddingForSame(options_.kernel_size[axis], options_.dilation[axis]);
      attrs.padding_begin[axis] = padding.begin;
      attrs.padding_end[axis] = padding.end;
    }
    if (options_.pads_apart()) {
      ASSIGN_OR_RETURN(input, PadApart(trace, input, attrs));
    }
    std::vector<Value> inputs = InputAndState(trace, input, {"weight", "bias"});
    inputs.erase(inputs.begin());
    return Convolve(trace, {input, std::move(inputs)}, options_.form.axes, std::move(attrs));
  }

 private:
  // Moves the padding from the convolution's attributes to the input.
  absl::StatusOr<Value> PadApart(Trace& trace, Value input, ConvolutionOp::Attrs& attrs) const {
    std::vector<int64_t> padding;  // From the last axis to the first.
    for (size_t axis = options_.form.axes; axis-- > 0;) {
      padding.push_back(std::exchange(attrs.padding_begin[axis], 0));
      padding.push_back(std::exchange(attrs.padding_end[axis], 0));
    }
    const PadMode mode = options_.padding_mode == "reflect"     ? PadMode::kReflect
                         : options_.padding_mode == "replicate" ? PadMode::kReplicate
                                                                : PadMode::kCircular;
    ASSIGN_OR_RETURN(const Symbol padded, Pad(trace, input, padding, mode, 0));
    return *padded.As<Value>();
  }

  ConvolutionOptions options_;
};

template <size_t kAxes>
LayerResult CreateConv(const LayerArguments& arguments) {
  ASSIGN_OR_RETURN(ConvolutionOptions options, ReadConvolutionOptions(arguments.attributes, {.axes = kAxes}));
  const auto layer = std::make_shared<ConvolutionLayer>(arguments, options);
  RETURN_IF_ERROR(AddConvolutionState(options, arguments.context, *layer));
  return layer;
}

template <size_t kAxes>
LayerResult CreateLazyConv(const LayerArguments& arguments) {
  return CreateLazyConvolution(arguments, {.axes = kAxes, .lazy = true}, CreateConv<kAxes>);
}

constexpr LayerInfo kLayers[] = {
    {"Conv1d", CreateConv<1>},         {"Conv2d", CreateConv<2>},         {"Conv3d", CreateConv<3>},
    {"LazyConv1d", CreateLazyConv<1>}, {"LazyConv2d", CreateLazyConv<2>}, {"LazyConv3d", CreateLazyConv<3>},
};

}  // namespace

absl::Span<const LayerInfo> ConvolutionLayers() { return kLayers; }

}  // namespace moduled::nn
