#include "nn/graph/pack_cache.h"
#include "nn/ops/channels_last/convolution_problem.h"
#include "nn/ops/winograd/winograd.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class WinogradKernel final : public Kernel {
 public:
  WinogradKernel(const ChannelsLastProblem& problem, const winograd::Problem& winograd,
                 std::shared_ptr<const Tensor> weights)
      : winograd_(winograd),
        bias_(problem.bias_input()),
        residual_(problem.residual_input()),
        weights_(std::move(weights)) {}

  absl::string_view algorithm() const override {
    if (winograd_.form == winograd::WeightForm::kWindows) return "winograd F(4,3) windows";
    return winograd_.tile == 2 ? "winograd F(2,3)" : "winograd F(4,3)";
  }
  size_t scratch_bytes() const override { return winograd::ScratchBytes(winograd_); }
  bool reads(size_t input) const override { return input != 1; }
  int in_place_input() const override { return winograd_.residual ? static_cast<int>(residual_) : -1; }

  absl::Status Run(const KernelArgs& args) const override {
    const auto input = [&](size_t i) { return static_cast<const float*>(args.in[i]); };
    winograd::Run(winograd_, input(0), weights_->elements<float>().data(), winograd_.bias ? input(bias_) : nullptr,
                  winograd_.residual ? input(residual_) : nullptr, static_cast<float*>(args.out[0]), args.scratch);
    return absl::OkStatus();
  }

 private:
  const winograd::Problem winograd_;
  const size_t bias_;
  const size_t residual_;
  const std::shared_ptr<const Tensor> weights_;
};

absl::Status CheckWindow(const ConvolutionProblem& p) {
  if (p.groups != 1) return absl::UnimplementedError("groups");
  for (const size_t i : {1, 2}) {
    const WindowAxis& axis = p.window[i];
    if (axis.kernel != 3 || axis.stride != 1 || axis.dilation != 1) return absl::UnimplementedError("not a 3x3 window");
  }
  return absl::OkStatus();
}

absl::StatusOr<winograd::Problem> ProblemOf(const ChannelsLastProblem& problem, int threads, int tile,
                                            winograd::WeightForm form) {
  const ConvolutionProblem& p = problem.convolution;
  RETURN_IF_ERROR(CheckWindow(p));
  const Pointwise& pointwise = problem.pointwise;
  const bool clamps = pointwise.kind == Pointwise::Kind::kClamp;
  if (!clamps && pointwise.kind != Pointwise::Kind::kIdentity) return absl::UnimplementedError("the activation");
  return winograd::Problem{.batch = p.batch,
                           .in_height = p.window[1].in,
                           .in_width = p.window[2].in,
                           .in_channels = p.group_in,
                           .out_channels = p.group_out,
                           .out_height = p.window[1].out,
                           .out_width = p.window[2].out,
                           .pad_top = p.window[1].padding_begin,
                           .pad_left = p.window[2].padding_begin,
                           .tile = tile,
                           .form = form,
                           .threads = threads,
                           .bias = p.with_bias,
                           .residual = problem.residual,
                           .activation = clamps ? winograd::Activation::kClamp : winograd::Activation::kNone,
                           .low = pointwise.low,
                           .high = pointwise.high};
}

absl::StatusOr<std::shared_ptr<const Tensor>> Pack(const winograd::Problem& problem, const Tensor& weight) {
  const auto elements = static_cast<int64_t>(winograd::PackedBytes(problem) / sizeof(float));
  ASSIGN_OR_RETURN(Tensor packed, Tensor::Allocate({DType::kFloat32, {elements}}));
  winograd::PackWeights(problem, weight.elements<float>().data(), packed.mutable_elements<float>().data());
  return std::make_shared<const Tensor>(std::move(packed));
}

absl::StatusOr<std::unique_ptr<Kernel>> Make(const ChannelsLastProblem& problem, const KernelRequest& request, int tile,
                                             winograd::WeightForm form) {
  const KnownInput* weight = request.constants[1];
  if (weight == nullptr) return absl::UnimplementedError("the weights are not constant");
  ASSIGN_OR_RETURN(const winograd::Problem winograd, ProblemOf(problem, request.threads, tile, form));
  if (!winograd::Supports(winograd)) return absl::UnimplementedError("the processor, or the extents");
  const auto pack = [&](const Tensor& tensor) { return Pack(winograd, tensor); };
  absl::StatusOr<std::shared_ptr<const Tensor>> weights = PackCache::Share<Tensor>(
      request.packs, *weight, absl::StrCat("winograd ", tile, " ", static_cast<int>(form)), pack);
  if (!weights.ok()) return weights.status();
  return std::make_unique<WinogradKernel>(problem, winograd, *std::move(weights));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeWinograd2ChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                        const KernelRequest& request) {
  return Make(problem, request, 2, winograd::WeightForm::kTransformed);
}

absl::StatusOr<std::unique_ptr<Kernel>> MakeWinograd4ChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                        const KernelRequest& request) {
  return Make(problem, request, 4, winograd::WeightForm::kTransformed);
}

absl::StatusOr<std::unique_ptr<Kernel>> MakeWinogradWindowsChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                              const KernelRequest& request) {
  return Make(problem, request, 4, winograd::WeightForm::kWindows);
}

}  // namespace moduled::nn
