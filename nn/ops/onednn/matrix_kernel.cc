#include <algorithm>
#include <limits>

#include "nn/graph/pack_cache.h"
#include "nn/ops/matrix/problem.h"
#include "nn/ops/onednn/epilogue.h"
#include "nn/ops/onednn/packed_constant.h"
#include "nn/ops/onednn/program.h"
#include "nn/ops/onednn/runtime.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using onednn::Layout;
using onednn::Program;

absl::Status Refuse(const MatrixProblem& problem, const KernelRequest& request) {
  if (problem.dtype != DType::kFloat32) return absl::UnimplementedError("float32 only");
  if (request.constants[1] == nullptr) return absl::UnimplementedError("b is not constant: packing would not pay");
  if (!problem.batch.empty()) return absl::UnimplementedError("a batch of products");
  if (problem.m == 0 || problem.n == 0 || problem.k == 0) return absl::UnimplementedError("a matrix is empty");
  // oneDNN computes offsets of rows, in bytes, in 32 bits.
  constexpr int64_t kLimit = std::numeric_limits<int32_t>::max() / static_cast<int64_t>(sizeof(float));
  if (std::max({problem.m, problem.n, problem.k}) > kLimit) {
    return absl::UnimplementedError("an extent does not fit into 32 bits");
  }
  // As fast as a packed product, and needs no second copy of the weights.
  if (problem.m == 1 || problem.n == 1) return absl::UnimplementedError("y is a vector: GEMV reads b where it is");
  return absl::OkStatus();
}

// `type`: of the operands, which are made of float32; the results are float32.
absl::StatusOr<std::unique_ptr<Kernel>> Assemble(const MatrixProblem& problem, const KernelRequest& request,
                                                 dnnl::memory::data_type type) {
  const onednn::ThreadScope threads(request.threads);
  const int64_t m = problem.m, n = problem.n, k = problem.k;
  const Layout a = onednn::Plain({m, k});
  const Layout y = onednn::Plain({m, n});
  const Layout bias = problem.with_bias ? onednn::Plain({1, n}) : Layout();
  const Layout plain_b = problem.b_transposed ? Layout({k, n}, dnnl::memory::data_type::f32, dnnl::memory::dims{1, k})
                                              : onednn::Plain({k, n});
  const auto desc = onednn::DescribeMatmul(onednn::OfType(a, type), onednn::Any({k, n}, type), bias, y,
                                           onednn::WithEpilogue(problem.residual, problem.pointwise));
  ASSIGN_OR_RETURN(const std::shared_ptr<const dnnl::memory> b,
                   onednn::PackConstant(*request.constants[1], plain_b, desc.weights_desc(), request.packs));

  auto program = std::make_unique<Program>(request.threads);
  std::vector<std::pair<int, Program::Operand>> arguments = {
      {DNNL_ARG_SRC, program->Reordered(Program::Input(0, a), desc.src_desc())},
      {DNNL_ARG_WEIGHTS, Program::Constant(b)},
      {DNNL_ARG_DST, Program::Output(0, y)}};
  if (problem.residual) program->StartFrom(problem.residual_input(), request.out[0].byte_size());
  if (problem.with_bias) arguments.push_back({DNNL_ARG_BIAS, Program::Input(2, bias)});
  program->Add(dnnl::matmul(desc), desc.scratchpad_desc(), std::move(arguments));
  program->set_algorithm(absl::StrCat("onednn_packed ", desc.impl_info_str()));
  return program;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakePackedMatrixKernel(const MatrixProblem& problem,
                                                               const KernelRequest& request) {
  RETURN_IF_ERROR(Refuse(problem, request));
  return onednn::Try("matmul", [&] { return Assemble(problem, request, dnnl::memory::data_type::f32); });
}

absl::StatusOr<std::unique_ptr<Kernel>> MakeBfloat16MatrixKernel(const MatrixProblem& problem,
                                                                 const KernelRequest& request) {
  RETURN_IF_ERROR(Refuse(problem, request));
  return onednn::Try("matmul", [&] { return Assemble(problem, request, dnnl::memory::data_type::bf16); });
}

}  // namespace moduled::nn
