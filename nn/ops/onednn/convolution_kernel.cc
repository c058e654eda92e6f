#include <limits>

#include "nn/graph/pack_cache.h"
#include "nn/ops/convolution/problem.h"
#include "nn/ops/onednn/packed_constant.h"
#include "nn/ops/onednn/program.h"
#include "nn/ops/onednn/runtime.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using dnnl::memory;
using onednn::Layout;
using onednn::Program;

// Of the tensors as the operator has them.
struct Extents {
  memory::dims x, weight, bias, y;
  onednn::ConvolutionWindow window;
};

Extents ExtentsOf(const ConvolutionProblem& p) {
  Extents e;
  e.x = {p.batch, p.groups * p.group_in};
  e.y = {p.batch, p.groups * p.group_out};
  e.weight = {p.groups * p.group_out, p.group_in};
  if (p.groups > 1) e.weight = {p.groups, p.group_out, p.group_in};
  e.bias = {p.groups * p.group_out};
  for (size_t i = kMaxWindowAxes - p.axes; i < kMaxWindowAxes; ++i) {
    const WindowAxis& axis = p.window[i];
    e.x.push_back(axis.in);
    e.y.push_back(axis.out);
    e.weight.push_back(axis.kernel);
    e.window.stride.push_back(axis.stride);
    e.window.dilation.push_back(axis.dilation);
    e.window.padding_begin.push_back(axis.padding_begin);
    e.window.padding_end.push_back(axis.padding_end);
  }
  return e;
}

// oneDNN computes positions in the padded input and offsets in bytes in 32 bits, and does not check that they fit.
bool FitsInto32Bits(const ConvolutionProblem& p, const KernelRequest& request) {
  constexpr int64_t kLimit = std::numeric_limits<int32_t>::max();
  for (const WindowAxis& axis : p.window) {
    if (axis.stride > kLimit / 2 || axis.padded() > kLimit / 2 || axis.extent() > kLimit / 2) return false;
    if (axis.dilation > kLimit / 2) return false;
  }
  const auto bytes_of_image = [&](const TensorSpec& spec) { return spec.byte_size() / static_cast<size_t>(p.batch); };
  return p.batch <= kLimit && bytes_of_image(request.in[0]) <= kLimit && bytes_of_image(request.out[0]) <= kLimit &&
         request.in[1].byte_size() <= kLimit;
}

// The weights as the primitive wants them: packed now if they are constant, else in every run.
absl::StatusOr<Program::Operand> Weights(Program& program, const KernelRequest& request, const Layout& plain,
                                         const Layout& wanted) {
  const Tensor* constant = request.constants[1];
  if (constant == nullptr) return program.Reordered(Program::Input(1, plain), wanted);
  ASSIGN_OR_RETURN(std::shared_ptr<const memory> pack, onednn::PackConstant(*constant, plain, wanted, request.packs));
  return Program::Constant(std::move(pack));
}

absl::StatusOr<std::unique_ptr<Kernel>> Assemble(const ConvolutionProblem& problem, const KernelRequest& request) {
  const onednn::ThreadScope threads(request.threads);
  const Extents e = ExtentsOf(problem);
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
  if (problem.dtype != DType::kFloat32) return absl::UnimplementedError("float32 only");
  if (request.out[0].numel() == 0 || problem.group_in == 0) return absl::UnimplementedError("a tensor is empty");
  if (!FitsInto32Bits(problem, request)) return absl::UnimplementedError("an extent does not fit into 32 bits");
  return onednn::Try("convolution", [&] { return Assemble(problem, request); });
}

}  // namespace moduled::nn
