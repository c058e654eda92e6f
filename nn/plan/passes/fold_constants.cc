// Constant folding: a node whose inputs are all constants is computed when the plan is made.
#include <algorithm>

#include "nn/plan/passes/pass.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Larger results would cost more memory than computing them costs time.
constexpr size_t kMaxBytes = size_t{64} << 20;

absl::StatusOr<std::vector<Tensor>> Compute(const Rewrite& rewrite, const Node& node, const PlanOptions& options) {
  std::vector<KnownInput> known;
  std::vector<const void*> in;
  for (const Value input : node.inputs) {
    known.emplace_back(*rewrite.constant(input));
    in.push_back(rewrite.constant(input)->data());
  }
  std::vector<const KnownInput*> constants;
  for (const KnownInput& input : known) constants.push_back(&input);
  const std::vector<TensorSpec> in_specs = rewrite.specs(node.inputs);
  const std::vector<TensorSpec> out_specs = rewrite.specs(node.outputs);
  std::vector<Tensor> results;
  if (node.op.traits().view) {
    ASSIGN_OR_RETURN(Tensor view, rewrite.constant(node.inputs[0])->Reshape(out_specs[0].shape));
    results.push_back(std::move(view));
    return results;
  }
  KernelRequest request = {in_specs, out_specs, constants, options.threads, options.precision, nullptr};
  ASSIGN_OR_RETURN(const std::unique_ptr<Kernel> kernel, node.op.MakeKernel(request));
  std::vector<void*> out;
  for (const TensorSpec& spec : out_specs) {
    ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(spec));
    results.push_back(std::move(tensor));
  }
  for (Tensor& result : results) out.push_back(result.mutable_data());
  ASSIGN_OR_RETURN(Tensor scratch, Tensor::Allocate({DType::kUInt8, {static_cast<int64_t>(kernel->scratch_bytes())}}));
  RETURN_IF_ERROR(kernel->Run({in, out, scratch.mutable_data()}));
  return results;
}

bool IsFoldable(const Rewrite& rewrite, const Node& node) {
  if (node.op.traits().side_effect || node.op.traits().random || node.inputs.empty()) return false;
  const auto is_constant = [&](Value value) { return rewrite.constant(value) != nullptr; };
  size_t bytes = 0;
  for (const Value output : node.outputs) bytes += rewrite.spec(output).byte_size();
  return bytes <= kMaxBytes && std::all_of(node.inputs.begin(), node.inputs.end(), is_constant);
}

}  // namespace

absl::Status FoldConstants(Rewrite& rewrite, const PlanOptions& options) {
  for (size_t at = 0; at < rewrite.size(); ++at) {
    if (!rewrite.alive(at) || !IsFoldable(rewrite, rewrite.node(at))) continue;
    const Node node = rewrite.node(at);
    if (std::any_of(node.outputs.begin(), node.outputs.end(), [&](Value v) { return rewrite.kept(v); })) continue;
    const absl::StatusOr<std::vector<Tensor>> results = Compute(rewrite, node, options);
    if (!results.ok()) continue;  // What the data says is wrong is reported by the run, where it happens.
    rewrite.Remove(at);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      rewrite.ReplaceReads(node.outputs[i], rewrite.AddConstant((*results)[i], ""));
    }
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
