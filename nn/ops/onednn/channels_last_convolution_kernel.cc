#include "nn/ops/channels_last/convolution_problem.h"
#include "nn/ops/onednn/convolution_extents.h"
#include "nn/ops/onednn/epilogue.h"
#include "nn/ops/onednn/packed_constant.h"
#include "nn/ops/onednn/program.h"
#include "nn/ops/onednn/runtime.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using dnnl::memory;
using onednn::Layout;
using onednn::Program;

// `type`: of the operands, which are made of float32; the results are float32.
absl::StatusOr<std::unique_ptr<Kernel>> Assemble(const ChannelsLastProblem& problem, const KernelRequest& request,
                                                 memory::data_type type) {
  const onednn::ThreadScope threads(request.threads);
  const ConvolutionProblem& convolution = problem.convolution;
  const onednn::ConvolutionExtents e = onednn::ExtentsOf(convolution);
  const Layout x = onednn::ChannelsLast(e.x);
  const Layout y = onednn::ChannelsLast(e.y);
  const Layout bias = convolution.with_bias ? onednn::Plain(e.bias) : Layout();
  const auto desc = onednn::DescribeConvolution(dnnl::algorithm::convolution_direct,
                                                {onednn::OfType(x, type), onednn::Any(e.weight, type), bias, y},
                                                e.window, onednn::WithEpilogue(problem.residual, problem.pointwise));

  auto program = std::make_unique<Program>(request.threads);
  ASSIGN_OR_RETURN(
      std::shared_ptr<const memory> weights,
      onednn::PackConstant(*request.constants[1], onednn::Plain(e.weight), desc.weights_desc(), request.packs));
  if (problem.residual) program->StartFrom(problem.residual_input(), request.out[0].byte_size());
  std::vector<std::pair<int, Program::Operand>> arguments = {
      {DNNL_ARG_SRC, program->Reordered(Program::Input(0, x), desc.src_desc())},
      {DNNL_ARG_WEIGHTS, Program::Constant(std::move(weights))},
      {DNNL_ARG_DST, Program::Output(0, y)}};
  if (convolution.with_bias) arguments.push_back({DNNL_ARG_BIAS, Program::Input(problem.bias_input(), bias)});
  program->Add(dnnl::convolution_forward(desc), desc.scratchpad_desc(), std::move(arguments));
  program->set_algorithm(absl::StrCat("onednn_direct ", desc.impl_info_str()));
  return program;
}

absl::StatusOr<std::unique_ptr<Kernel>> Make(const ChannelsLastProblem& problem, const KernelRequest& request,
                                             memory::data_type type) {
  RETURN_IF_ERROR(onednn::CheckConvolution(problem.convolution, request));
  if (request.constants[1] == nullptr) return absl::UnimplementedError("the weights are not constant");
  return onednn::Try("convolution", [&] { return Assemble(problem, request, type); });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeDirectChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                     const KernelRequest& request) {
  return Make(problem, request, memory::data_type::f32);
}

absl::StatusOr<std::unique_ptr<Kernel>> MakeBfloat16ChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                       const KernelRequest& request) {
  return Make(problem, request, memory::data_type::bf16);
}

}  // namespace moduled::nn
