#include "nn/graph/pack_cache.h"
#include "nn/ops/convolution/problem.h"
#include "nn/ops/onednn/convolution_extents.h"
#include "nn/ops/onednn/packed_constant.h"
#include "nn/ops/onednn/program.h"
#include "nn/ops/onednn/runtime.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using dnnl::memory;
using onednn::Layout;
using onednn::Program;

// The weights as the primitive wants them: packed now if they are constant, else in every run.
absl::StatusOr<Program::Operand> Weights(Program& program, const KernelRequest& request, const Layout& plain,
                                         const Layout& wanted) {
  const KnownInput* constant = request.constants[1];
  if (constant == nullptr) return program.Reordered(Program::Input(1, plain), wanted);
  ASSIGN_OR_RETURN(std::shared_ptr<const memory> pack, onednn::PackConstant(*constant, plain, wanted, request.packs));
  return Program::Constant(std::move(pack));
}

absl::StatusOr<std::unique_ptr<Kernel>> Assemble(const ConvolutionProblem& problem, const KernelRequest& request) {
  const onednn::ThreadScope threads(request.threads);
  const onednn::ConvolutionExtents e = onednn::ExtentsOf(problem);
  const Layout bias = problem.with_bias ? onednn::Plain(e.bias) : Layout();
  const auto desc = onednn::DescribeConvolution(dnnl::algorithm::convolution_direct,
                                                {onednn::Any(e.x), onednn::Any(e.weight), bias, onednn::Any(e.y)},
                                                e.window, onednn::Attributes());

  auto program = std::make_unique<Program>(request.threads);
  const Program::Operand y = Program::Output(0, onednn::Plain(e.y));
  const Program::Operand target = program->Target(y, desc.dst_desc());
  ASSIGN_OR_RETURN(Program::Operand weights, Weights(*program, request, onednn::Plain(e.weight), desc.weights_desc()));
  std::vector<std::pair<int, Program::Operand>> arguments = {
      {DNNL_ARG_SRC, program->Reordered(Program::Input(0, onednn::Plain(e.x)), desc.src_desc())},
      {DNNL_ARG_WEIGHTS, std::move(weights)},
      {DNNL_ARG_DST, target}};
  if (problem.with_bias) arguments.push_back({DNNL_ARG_BIAS, Program::Input(2, bias)});
  program->Add(dnnl::convolution_forward(desc), desc.scratchpad_desc(), std::move(arguments));
  program->Finish(target, y);
  program->set_algorithm(absl::StrCat("onednn_direct ", desc.impl_info_str()));
  return program;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeDirectConvolutionKernel(const ConvolutionProblem& problem,
                                                                    const KernelRequest& request) {
  RETURN_IF_ERROR(onednn::CheckConvolution(problem, request));
  return onednn::Try("convolution", [&] { return Assemble(problem, request); });
}

}  // namespace moduled::nn
