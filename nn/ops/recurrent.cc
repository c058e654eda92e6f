#include "nn/ops/recurrent.h"

#include "nn/ops/recurrent/problem.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace recurrent {

absl::Span<const KernelCandidate<Problem>> Candidates() {
  static constexpr KernelCandidate<Problem> kCandidates[] = {
      {"packed", MakePackedKernel},
      {"blas", MakeBlasKernel},
  };
  return kCandidates;
}

}  // namespace recurrent

absl::StatusOr<std::vector<TensorSpec>> RecurrentOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  ASSIGN_OR_RETURN(const RecurrentSizes sizes, MeasureRecurrent(attrs, in));
  const DType dtype = in[0].dtype;
  std::vector<TensorSpec> out = {{dtype, {sizes.rows, sizes.width}}, in[Attrs::kH0]};
  if (attrs.lstm()) out.push_back(in[Attrs::kC0]);
  if (attrs.keeps && attrs.kept() > 0) out.push_back({dtype, {sizes.rows, attrs.kept() * sizes.hidden}});
  if (attrs.keeps && attrs.lstm()) out.push_back({dtype, {sizes.rows, sizes.hidden}});
  for (const TensorSpec& spec : out) RETURN_IF_ERROR(spec.Check());
  // The scratch of one step.
  RETURN_IF_ERROR(TensorSpec({dtype, {sizes.batch, (attrs.gates() + attrs.kept() + 2) * sizes.hidden}}).Check());
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> RecurrentOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  ASSIGN_OR_RETURN(const RecurrentSizes sizes, MeasureRecurrent(attrs, request.in));
  return MakeFirstKernel(kName, recurrent::Candidates(), {attrs, sizes}, request);
}

std::optional<Op> RecurrentOp::WithFirstOutputs(const Attrs& attrs, size_t count) {
  if (!attrs.keeps || attrs.kept() == 0 || count > attrs.results()) return std::nullopt;
  Attrs without = attrs;
  without.keeps = false;
  return Op::Of<RecurrentOp>(without);
}

}  // namespace moduled::nn
