#include "nn/layers/functions/convolution.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/convolution_forward.h"
#include "nn/layers/fold_forward.h"
#include "nn/modules/argument_binder.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// One number for each axis, or one for all. Other counts are left as they are, for the operator to refuse.
absl::StatusOr<std::vector<int64_t>> Numbers(const BoundArguments& bound, size_t index, size_t axes,
                                             int64_t otherwise) {
  if (bound.Find(index) == nullptr) return std::vector<int64_t>(axes, otherwise);
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers, bound.IntOrInts(index));
  if (numbers.size() == 1) numbers.resize(axes, numbers.front());
  return numbers;
}

// function(input, weight, bias=None, ...)
absl::StatusOr<ConvolutionOperands> Operands(const BoundArguments& bound) {
  ConvolutionOperands operands;
  ASSIGN_OR_RETURN(operands.input, bound.Tensor(0));
  for (size_t index = 1; index < 3; ++index) {
    if (index == 2 && bound.IsNone(index)) continue;
    ASSIGN_OR_RETURN(const Value value, bound.Tensor(index));
    operands.weight_and_bias.push_back(value);
  }
  return operands;
}

// padding='same' or 'valid'.
absl::Status NamePadding(const std::string& name, const Shape& weight, ConvolutionOp::Attrs& attrs) {
  if (name != "same" && name != "valid") {
    return absl::InvalidArgumentError(absl::StrCat("Invalid padding string: '", name, "'"));
  }
  const size_t axes = attrs.stride.size();
  attrs.padding_begin.assign(axes, 0);
  attrs.padding_end.assign(axes, 0);
  if (name == "valid" || weight.rank() != axes + 2 || attrs.dilation.size() != axes) return absl::OkStatus();
  for (size_t axis = 0; axis < axes; ++axis) {
    if (attrs.stride[axis] != 1) {
      return absl::InvalidArgumentError("padding='same' is not supported for strided convolutions");
    }
    int64_t reach = 0;  // Of the kernel: what is not positive or does not fit is the operator's to refuse.
    if (__builtin_mul_overflow(attrs.dilation[axis], weight[axis + 2], &reach) || reach < attrs.dilation[axis])
      continue;
    const SamePadding padding = PaddingForSame(weight[axis + 2], attrs.dilation[axis]);
    attrs.padding_begin[axis] = padding.begin;
    attrs.padding_end[axis] = padding.end;
  }
  return absl::OkStatus();
}

// conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)
template <size_t kAxes>
absl::StatusOr<Symbol> Conv(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(absl::StrCat("conv", kAxes, "d"), false,
                                                                    {{"input"},
                                                                     {"weight"},
                                                                     {"bias", kOptional},
                                                                     {"stride", kOptional},
                                                                     {"padding", kOptional},
                                                                     {"dilation", kOptional},
                                                                     {"groups", kOptional}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const ConvolutionOperands operands, Operands(bound));
  ConvolutionOp::Attrs attrs;
  ASSIGN_OR_RETURN(attrs.stride, Numbers(bound, 3, kAxes, 1));
  ASSIGN_OR_RETURN(attrs.dilation, Numbers(bound, 5, kAxes, 1));
  ASSIGN_OR_RETURN(attrs.groups, bound.Int(6, 1));
  const std::string* name = bound.Find(4) == nullptr ? nullptr : bound.Find(4)->As<std::string>();
  if (name != nullptr) {
    RETURN_IF_ERROR(NamePadding(*name, trace.spec(operands.weight_and_bias[0]).shape, attrs));
  } else {
    ASSIGN_OR_RETURN(attrs.padding_begin, Numbers(bound, 4, kAxes, 0));
    attrs.padding_end = attrs.padding_begin;
  }
  return Convolve(trace, operands, kAxes, std::move(attrs));
}

// conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)
template <size_t kAxes>
absl::StatusOr<Symbol> ConvTranspose(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(absl::StrCat("conv_transpose", kAxes, "d"), false,
                                                                    {{"input"},
                                                                     {"weight"},
                                                                     {"bias", kOptional},
                                                                     {"stride", kOptional},
                                                                     {"padding", kOptional},
                                                                     {"output_padding", kOptional},
                                                                     {"groups", kOptional},
                                                                     {"dilation", kOptional}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const ConvolutionOperands operands, Operands(bound));
  ConvolutionTransposeOp::Attrs attrs;
  ASSIGN_OR_RETURN(attrs.stride, Numbers(bound, 3, kAxes, 1));
  ASSIGN_OR_RETURN(attrs.padding, Numbers(bound, 4, kAxes, 0));
  ASSIGN_OR_RETURN(attrs.output_padding, Numbers(bound, 5, kAxes, 0));
  ASSIGN_OR_RETURN(attrs.groups, bound.Int(6, 1));
  ASSIGN_OR_RETURN(attrs.dilation, Numbers(bound, 7, kAxes, 1));
  return ConvolveTransposed(trace, operands, kAxes, std::move(attrs));
}

// (..., kernel_size, dilation=1, padding=0, stride=1), the first of which is argument `first`.
absl::StatusOr<SlidingAttrs> Sliding(const BoundArguments& bound, size_t first) {
  SlidingAttrs sliding;
  ASSIGN_OR_RETURN(sliding.kernel, Numbers(bound, first, 2, 0));
  ASSIGN_OR_RETURN(sliding.dilation, Numbers(bound, first + 1, 2, 1));
  ASSIGN_OR_RETURN(sliding.padding, Numbers(bound, first + 2, 2, 0));
  ASSIGN_OR_RETURN(sliding.stride, Numbers(bound, first + 3, 2, 1));
  return sliding;
}

// unfold(input, kernel_size, dilation=1, padding=0, stride=1)
absl::StatusOr<Symbol> UnfoldFunction(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind(
          "unfold", false,
          {{"input"}, {"kernel_size"}, {"dilation", kOptional}, {"padding", kOptional}, {"stride", kOptional}},
          arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(SlidingAttrs sliding, Sliding(bound, 1));
  return Unfold(trace, input, std::move(sliding));
}

// fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1)
absl::StatusOr<Symbol> FoldFunction(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("fold", false,
                                                                    {{"input"},
                                                                     {"output_size"},
                                                                     {"kernel_size"},
                                                                     {"dilation", kOptional},
                                                                     {"padding", kOptional},
                                                                     {"stride", kOptional}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  FoldOp::Attrs attrs;
  ASSIGN_OR_RETURN(attrs.output_size, Numbers(bound, 1, 2, 0));
  ASSIGN_OR_RETURN(attrs.sliding, Sliding(bound, 2));
  return Fold(trace, input, std::move(attrs));
}

constexpr Function kFunctions[] = {
    {"conv1d", Conv<1>},
    {"conv2d", Conv<2>},
    {"conv3d", Conv<3>},
    {"conv_transpose1d", ConvTranspose<1>},
    {"conv_transpose2d", ConvTranspose<2>},
    {"conv_transpose3d", ConvTranspose<3>},
    {"unfold", UnfoldFunction},
    {"fold", FoldFunction},
};

}  // namespace

absl::Span<const Function> ConvolutionFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
