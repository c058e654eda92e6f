#include "nn/ops/channels_last/convolution.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/ops/channels_last/convolution_problem.h"
#include "nn/ops/channels_last/shape.h"
#include "nn/ops/checks.h"
#include "nn/ops/measured_choice.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using Attrs = ChannelsLastConvolutionOp::Attrs;

// What a choice of algorithm depends on beside the types.
std::string Detail(const Attrs& attrs) {
  const ConvolutionOp::Attrs& c = attrs.convolution;
  const auto join = [](const std::vector<int64_t>& numbers) { return absl::StrJoin(numbers, "x"); };
  return absl::StrCat("stride=", join(c.stride), " padding=", join(c.padding_begin), "+", join(c.padding_end),
                      " dilation=", join(c.dilation), " groups=", c.groups);
}

// The inputs of the convolution with channels first.
std::vector<TensorSpec> ChannelsFirst(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  std::vector<TensorSpec> specs = {{in[0].dtype, ToChannelsFirst(in[0].shape)}, in[1]};
  if (attrs.bias) specs.push_back(in[2]);
  return specs;
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> ChannelsLastConvolutionOp::Infer(const Attrs& attrs,
                                                                         absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2 + (attrs.bias ? 1 : 0) + (attrs.residual ? 1 : 0)));
  if (in[0].dtype != DType::kFloat32 || in[0].shape.rank() != 4) {
    return absl::InvalidArgumentError(absl::StrCat(kName, ": wrong type (got ", in[0].ToString(), ")"));
  }
  ASSIGN_OR_RETURN(const std::vector<TensorSpec> out,
                   ConvolutionOp::Infer(attrs.convolution, ChannelsFirst(attrs, in)));
  TensorSpec y = {out[0].dtype, ToChannelsLast(out[0].shape)};
  if (attrs.residual && in.back() != y) {
    return absl::InvalidArgumentError(absl::StrCat(kName, ": the residual is not of the output's type"));
  }
  return std::vector<TensorSpec>{std::move(y)};
}

absl::StatusOr<std::unique_ptr<Kernel>> ChannelsLastConvolutionOp::MakeKernel(const Attrs& attrs,
                                                                              const KernelRequest& request) {
  const TensorSpec out = {request.out[0].dtype, ToChannelsFirst(request.out[0].shape)};
  const ChannelsLastProblem problem = {
      .convolution = MakeConvolutionProblem(attrs.convolution, ChannelsFirst(attrs, request.in), out),
      .residual = attrs.residual,
      .pointwise = attrs.pointwise};
  return MakeFastestKernel(kName, ChannelsLastCandidates(), problem, request, Detail(attrs));
}

std::optional<Op> ChannelsLastConvolutionOp::WithPointwise(const Attrs& attrs, const Pointwise& pointwise) {
  if (attrs.pointwise.kind != Pointwise::Kind::kIdentity) return std::nullopt;
  Attrs fused = attrs;
  fused.pointwise = pointwise;
  return Op::Of<ChannelsLastConvolutionOp>(std::move(fused));
}

std::optional<Op> ChannelsLastConvolutionOp::WithResidual(const Attrs& attrs) {
  if (attrs.residual || attrs.pointwise.kind != Pointwise::Kind::kIdentity) return std::nullopt;
  Attrs fused = attrs;
  fused.residual = true;
  return Op::Of<ChannelsLastConvolutionOp>(std::move(fused));
}

}  // namespace moduled::nn
