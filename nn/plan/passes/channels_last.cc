// Images with their channels last: what convolutions compute fastest in. One convolution draws the operators before and
// behind it along, as far as they have a form for it; at the edges the images are reordered.
#include <map>
#include <optional>

#include "nn/ops/channels_last/shape.h"
#include "nn/ops/permute.h"
#include "nn/ops/reshape.h"
#include "nn/plan/passes/pass.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class ChannelsLastPass {
 public:
  explicit ChannelsLastPass(Rewrite& rewrite) : rewrite_(rewrite) {}

  void Run() {
    const size_t size = rewrite_.size();
    for (size_t at = 0; at < size; ++at) {
      if (rewrite_.alive(at)) Convert(at);
    }
    rewrite_.Insert(std::move(insertions_));
  }

 private:
  bool IsImage(Value value) const { return rewrite_.spec(value).shape.rank() == 4; }

  void Convert(size_t at) {
    const Node node = rewrite_.node(at);
    if (node.outputs.size() != 1) return;
    const std::optional<ChannelsLastForm> form = node.op.ChannelsLast(rewrite_.specs(node.inputs));
    if (!form.has_value() || !IsWorthIt(*form, node)) return;
    TensorSpec out = rewrite_.spec(node.outputs[0]);
    if (form->image_output) out.shape = ToChannelsLast(out.shape);
    if (!Computes(*form, node, out)) return;

    std::vector<Value> inputs = node.inputs;
    for (size_t i = 0; i < form->images && i < inputs.size(); ++i) {
      if (IsImage(inputs[i])) inputs[i] = Twin(inputs[i], at, node.call);
    }
    if (!form->image_output) {
      rewrite_.Replace(at, {form->op, std::move(inputs), node.outputs, node.call, node.absorbed, true});
      return;
    }
    const Value twin = rewrite_.AddValue(out);
    rewrite_.Replace(at, {form->op, std::move(inputs), {twin}, node.call, node.absorbed, true});
    insertions_.push_back({at + 1, Reordering(twin, node.outputs[0], {0, 3, 1, 2}, node.call)});
    twins_[node.outputs[0].id] = twin;
  }

  // Operators that follow are worth it where an image is there with channels last already.
  bool IsWorthIt(const ChannelsLastForm& form, const Node& node) const {
    if (form.worth_reordering) return true;
    for (size_t i = 0; i < form.images && i < node.inputs.size(); ++i) {
      if (twins_.count(node.inputs[i].id) > 0) return true;
    }
    return false;
  }

  // Whether the form takes the images and answers `out`.
  bool Computes(const ChannelsLastForm& form, const Node& node, const TensorSpec& out) const {
    std::vector<TensorSpec> specs = rewrite_.specs(node.inputs);
    for (size_t i = 0; i < form.images && i < specs.size(); ++i) {
      if (specs[i].shape.rank() == 4) specs[i].shape = ToChannelsLast(specs[i].shape);
    }
    const absl::StatusOr<std::vector<TensorSpec>> inferred = form.op.Infer(specs);
    return inferred.ok() && inferred->size() == 1 && inferred->front() == out;
  }

  // The image with channels last: as it was made, or reordered before the node `at`.
  Value Twin(Value image, size_t at, int32_t call) {
    const auto found = twins_.find(image.id);
    if (found != twins_.end()) return found->second;
    const TensorSpec& spec = rewrite_.spec(image);
    const Value twin = rewrite_.AddValue({spec.dtype, ToChannelsLast(spec.shape)});
    insertions_.push_back({at, Reordering(image, twin, {0, 2, 3, 1}, call)});
    return twins_[image.id] = twin;
  }

  // Where the bytes stand in the same order both ways, nothing needs to move.
  Node Reordering(Value from, Value to, std::vector<int64_t> axes, int32_t call) const {
    const Shape& image = rewrite_.spec(to).shape;
    const Shape first = axes[1] == 3 ? image : ToChannelsFirst(image);
    if (first[1] == 1 || first[2] * first[3] == 1) {
      return {Op::Of<ReshapeOp>({.shape = image}), {from}, {to}, call};
    }
    return {Op::Of<PermuteOp>({.axes = std::move(axes)}), {from}, {to}, call};
  }

  Rewrite& rewrite_;
  std::map<int32_t, Value> twins_;  // By value: the same image with channels last.
  std::vector<Rewrite::Insertion> insertions_;
};

}  // namespace

absl::Status PutChannelsLast(Rewrite& rewrite, const PlanOptions&) {
  ChannelsLastPass(rewrite).Run();
  return absl::OkStatus();
}

}  // namespace moduled::nn
