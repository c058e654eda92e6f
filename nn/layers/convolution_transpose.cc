#include "nn/layers/convolution_transpose.h"

#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/convolution_forward.h"
#include "nn/layers/convolution_options.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

std::string ListText(absl::Span<const int64_t> numbers) { return absl::StrCat("[", absl::StrJoin(numbers, ", "), "]"); }

// The sizes that an output may have: the smallest, and less than a stride more.
struct OutputSizes {
  std::vector<int64_t> min;
  std::vector<int64_t> max;

  bool Contain(absl::Span<const int64_t> sizes) const {
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i] < min[i] || sizes[i] > max[i]) return false;
    }
    return true;
  }
};

class ConvolutionTransposeLayer final : public Layer {
 public:
  ConvolutionTransposeLayer(const LayerArguments& arguments, ConvolutionOptions options)
      : Layer(options.form.Name(), arguments), options_(std::move(options)) {}

  std::string ExtraRepr() const override { return options_.Repr(); }

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override {
    ASSIGN_OR_RETURN(const BoundArguments bound,
                     BoundArguments::Bind(absl::StrCat(type(), ".forward"), /*is_method=*/true,
                                          {{"input"}, {"output_size", kOptional}}, arguments));
    ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
    ConvolutionTransposeOp::Attrs attrs = {.stride = options_.stride,
                                           .padding = options_.padding,
                                           .output_padding = options_.output_padding,
                                           .dilation = options_.dilation,
                                           .groups = options_.groups};
    if (!bound.IsNone(1)) {
      ASSIGN_OR_RETURN(std::vector<int64_t> sizes, bound.Ints(1));
      const bool is_list = bound.Find(1)->Is<Symbol::List>();
      ASSIGN_OR_RETURN(attrs.output_padding, OutputPadding(trace.spec(input).shape, std::move(sizes), is_list));
    }
    std::vector<Value> inputs = InputAndState(trace, input, {"weight", "bias"});
    inputs.erase(inputs.begin());
    return ConvolveTransposed(trace, {input, std::move(inputs)}, options_.form.axes, std::move(attrs));
  }

 private:
  // Strides and the like are below 2^31, so that only the first product can be too large.
  absl::StatusOr<OutputSizes> PossibleSizes(const Shape& input) const {
    OutputSizes sizes;
    const size_t axes = options_.form.axes;
    for (size_t i = 0; i < axes; ++i) {
      const int64_t in = input[input.rank() - axes + i];
      const __int128 uncut = static_cast<__int128>(in - 1) * options_.stride[i] +
                             options_.dilation[i] * (options_.kernel_size[i] - 1) + 1 - 2 * options_.padding[i];
      if (uncut > std::numeric_limits<int64_t>::max() / 2) {
        return absl::InvalidArgumentError(absl::StrCat(type(), ": the output is too large"));
      }
      sizes.min.push_back(static_cast<int64_t>(uncut));
      sizes.max.push_back(sizes.min.back() + options_.stride[i] - 1);
    }
    return sizes;
  }

  // torch's _output_padding: what is missing from the smallest output to the one that is asked for.
  absl::StatusOr<std::vector<int64_t>> OutputPadding(const Shape& input, std::vector<int64_t> wanted,
                                                     bool is_list) const {
    const size_t axes = options_.form.axes;
    const size_t others = input.rank() == axes + 2 ? 2 : 1;
    if (wanted.size() == others + axes) wanted.erase(wanted.begin(), wanted.begin() + static_cast<ptrdiff_t>(others));
    if (wanted.size() != axes) {
      return absl::InvalidArgumentError(absl::StrCat("ConvTranspose", axes, "D: for ", input.rank(),
                                                     "D input, output_size must have ", axes, " or ", others + axes,
                                                     " elements (got ", wanted.size(), ")"));
    }
    if (input.rank() < axes + 1) return options_.output_padding;  // The convolution refuses the input.
    ASSIGN_OR_RETURN(const OutputSizes sizes, PossibleSizes(input));
    if (!sizes.Contain(wanted)) {
      return absl::InvalidArgumentError(
          absl::StrCat("requested an output size of ", is_list ? ListText(wanted) : TupleRepr(wanted),
                       ", but valid sizes range from ", ListText(sizes.min), " to ", ListText(sizes.max),
                       " (for an input of torch.Size(", ListText(input.extents().subspan(2)), "))"));
    }
    for (size_t i = 0; i < axes; ++i) wanted[i] -= sizes.min[i];
    return wanted;
  }

  ConvolutionOptions options_;
};

template <size_t kAxes>
LayerResult CreateConvTranspose(const LayerArguments& arguments) {
  ASSIGN_OR_RETURN(ConvolutionOptions options,
                   ReadConvolutionOptions(arguments.attributes, {.axes = kAxes, .transposed = true}));
  const auto layer = std::make_shared<ConvolutionTransposeLayer>(arguments, options);
  RETURN_IF_ERROR(AddConvolutionState(options, arguments.context, *layer));
  return layer;
}

template <size_t kAxes>
LayerResult CreateLazyConvTranspose(const LayerArguments& arguments) {
  return CreateLazyConvolution(arguments, {.axes = kAxes, .transposed = true, .lazy = true},
                               CreateConvTranspose<kAxes>);
}

constexpr LayerInfo kLayers[] = {
    {"ConvTranspose1d", CreateConvTranspose<1>},         {"ConvTranspose2d", CreateConvTranspose<2>},
    {"ConvTranspose3d", CreateConvTranspose<3>},         {"LazyConvTranspose1d", CreateLazyConvTranspose<1>},
    {"LazyConvTranspose2d", CreateLazyConvTranspose<2>}, {"LazyConvTranspose3d", CreateLazyConvTranspose<3>},
};

}  // namespace

absl::Span<const LayerInfo> ConvolutionTransposeLayers() { return kLayers; }

}  // namespace moduled::nn
