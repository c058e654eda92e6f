#include "nn/layers/convolution_forward.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/spatial.h"

namespace moduled::nn {
namespace {

absl::Status CheckRanks(absl::string_view name, const Shape& input, const Shape& weight, size_t axes) {
  if (input.rank() != axes + 1 && input.rank() != axes + 2) {
    return absl::InvalidArgumentError(absl::StrCat("Expected ", axes + 1, "D (unbatched) or ", axes + 2,
                                                   "D (batched) input to ", name, axes,
                                                   "d, but got input of size: ", input.ToString()));
  }
  if (weight.rank() == axes + 2) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Expected ", weight.rank(), "-dimensional input for ", weight.rank(),
                                                 "-dimensional weight ", weight.ToString(), ", but got ", axes + 2,
                                                 "-dimensional input of size ", input.ToString(), " instead"));
}

// `name` is the function's in error texts, without its axes.
template <Operator T>
absl::StatusOr<Symbol> Apply(absl::string_view name, Trace& trace, const ConvolutionOperands& operands, size_t axes,
                             typename T::Attrs attrs) {
  const Shape weight = trace.spec(operands.weight_and_bias[0]).shape;
  RETURN_IF_ERROR(CheckRanks(name, trace.spec(operands.input).shape, weight, axes));
  return ApplyBatched(trace, axes, operands.input, [&](Value batched) {
    std::vector<Value> inputs = {batched};
    inputs.insert(inputs.end(), operands.weight_and_bias.begin(), operands.weight_and_bias.end());
    return trace.Apply<T>(std::move(attrs), inputs);
  });
}

}  // namespace

absl::StatusOr<Symbol> Convolve(Trace& trace, const ConvolutionOperands& operands, size_t axes,
                                ConvolutionOp::Attrs attrs) {
  return Apply<ConvolutionOp>("conv", trace, operands, axes, std::move(attrs));
}

absl::StatusOr<Symbol> ConvolveTransposed(Trace& trace, const ConvolutionOperands& operands, size_t axes,
                                          ConvolutionTransposeOp::Attrs attrs) {
  return Apply<ConvolutionTransposeOp>("conv_transpose", trace, operands, axes, std::move(attrs));
}

}  // namespace moduled::nn
