#include "nn/layers/attention.h"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/attention_call.h"
#include "nn/layers/attention_scores.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/axes.h"
#include "nn/layers/composite_layer.h"
#include "nn/layers/formula.h"
#include "nn/layers/in_projection.h"
#include "nn/layers/recurrent_state.h"
#include "nn/modules/python_text.h"
#include "nn/ops/attention.h"
#include "nn/ops/cat.h"
#include "nn/ops/expand.h"
#include "nn/ops/pad.h"
#include "nn/ops/permute.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class MultiheadAttention final : public CompositeLayer {
 public:
  MultiheadAttention(const LayerArguments& arguments, MultiheadOptions options)
      : CompositeLayer("MultiheadAttention", arguments), options_(options), seed_(arguments.context.NextRunSeed()) {}

  absl::Status Initialise(InitContext& context);
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  // softmax(q k^T / sqrt(E / heads) + mask) v, of the same layout as its inputs; the weights only where they are
  // wanted.
  absl::StatusOr<AttentionResult> Attend(Trace& trace, const AttentionCall& call) const;
  absl::StatusOr<AttentionResult> AttendByHeads(Trace& trace, const AttentionCall& call, Qkv qkv,
                                                std::optional<Value> mask) const;
  // Appends the learnt key and value, or those of zeros, and a column to the mask.
  absl::Status Append(Trace& trace, bool batch_first, Qkv& qkv, std::optional<Value>& mask) const;
  absl::StatusOr<Value> SplitHeads(Trace& trace, bool batch_first, Value x) const;
  absl::StatusOr<Symbol> Write(Trace& trace, const AttentionCall& call, Value output, Value weights) const;

  bool appends() const { return options_.add_bias_kv || options_.add_zero_attn; }
  double dropout() const { return training() ? options_.dropout : 0; }

  MultiheadOptions options_;
  uint64_t seed_;
};

// torch makes out_proj first.
absl::Status MultiheadAttention::Initialise(InitContext& context) {
  const int64_t embed_dim = options_.embed_dim;
  Attributes linear = {{"in_features", embed_dim}, {"out_features", embed_dim}};
  if (!options_.bias) linear.emplace_back("bias", false);
  RETURN_IF_ERROR(AddChild(context, "out_proj", "NonDynamicallyQuantizableLinear", std::move(linear)));
  if (options_.bias) {
    ASSIGN_OR_RETURN(Parameter * bias, get_parameter("out_proj.bias"));
    ASSIGN_OR_RETURN(bias->data, Tensor::Zeros(bias->data.spec()));
  }
  const auto add = [&](const char* name, Shape shape, bool present) {
    return present ? AddParameter(context, name, std::move(shape), init::XavierUniform())
                   : RegisterParameter(name, nullptr);
  };
  const bool same = options_.same_dims();
  if (same) RETURN_IF_ERROR(add("in_proj_weight", {3 * embed_dim, embed_dim}, true));
  RETURN_IF_ERROR(add("q_proj_weight", {embed_dim, embed_dim}, !same));
  RETURN_IF_ERROR(add("k_proj_weight", {embed_dim, options_.kdim}, !same));
  RETURN_IF_ERROR(add("v_proj_weight", {embed_dim, options_.vdim}, !same));
  if (!same) RETURN_IF_ERROR(add("in_proj_weight", {}, false));
  RETURN_IF_ERROR(options_.bias ? AddParameter(context, "in_proj_bias", {3 * embed_dim}, init::Zeros())
                                : RegisterParameter("in_proj_bias", nullptr));
  if (!options_.add_bias_kv) return absl::OkStatus();
  // xavier_normal_ of [1, 1, E]: both fans are E.
  const init::Initialiser normal = init::Normal(0, std::sqrt(1 / static_cast<double>(embed_dim)));
  RETURN_IF_ERROR(AddParameter(context, "bias_k", {1, 1, embed_dim}, normal));
  return AddParameter(context, "bias_v", {1, 1, embed_dim}, normal);
}

absl::Status MultiheadAttention::Append(Trace& trace, bool batch_first, Qkv& qkv, std::optional<Value>& mask) const {
  const auto append = [&](bool learnt_ones) -> absl::Status {
    Formula f(trace);
    for (Value* x : {&qkv.k, &qkv.v}) {
      Shape row = trace.spec(*x).shape;
      row[batch_first ? 1 : 0] = 1;
      Value added;
      if (!learnt_ones) {
        added = f.Keep(ZeroState(trace, *x, row));
      } else {
        const std::shared_ptr<Parameter>* learnt = parameter_slots().Find(x == &qkv.k ? "bias_k" : "bias_v");
        if (learnt == nullptr || *learnt == nullptr) return absl::InvalidArgumentError("bias_k and bias_v are gone");
        added = f.Apply<ExpandOp>({.shape = row}, {trace.Use(**learnt)});
      }
      *x = f.Apply<CatOp>({.axis = batch_first ? 1 : 0}, {*x, added});
    }
    if (mask.has_value()) {
      const size_t rank = trace.spec(*mask).shape.rank();
      std::vector<int64_t> end(rank, 0);
      end.back() = 1;
      mask = f.Apply<PadOp>({.begin = std::vector<int64_t>(rank, 0), .end = std::move(end)}, {*mask});
    }
    return f.Result(qkv.k).status();
  };
  if (options_.add_bias_kv) RETURN_IF_ERROR(append(true));
  if (options_.add_zero_attn) RETURN_IF_ERROR(append(false));
  return absl::OkStatus();
}

// [L, N, E] or [N, L, E] as [N, heads, L, E / heads].
absl::StatusOr<Value> MultiheadAttention::SplitHeads(Trace& trace, bool batch_first, Value x) const {
  const Shape shape = trace.spec(x).shape;
  ASSIGN_OR_RETURN(
      const Value split,
      ReshapeTo(trace, x, {shape[0], shape[1], options_.num_heads, options_.embed_dim / options_.num_heads}));
  if (batch_first) return trace.Apply<PermuteOp>({.axes = {0, 2, 1, 3}}, {split});
  return trace.Apply<PermuteOp>({.axes = {1, 2, 0, 3}}, {split});
}

absl::StatusOr<AttentionResult> MultiheadAttention::AttendByHeads(Trace& trace, const AttentionCall& call, Qkv qkv,
                                                                  std::optional<Value> mask) const {
  const bool batch_first = call.batch_first();
  for (Value* x : {&qkv.q, &qkv.k, &qkv.v}) {
    ASSIGN_OR_RETURN(*x, SplitHeads(trace, batch_first, *x));
  }
  ASSIGN_OR_RETURN(AttentionResult result, nn::Attend(trace, qkv.q, qkv.k, qkv.v, mask,
                                                      {.dropout = dropout(), .seed = seed_, .weights = true}));
  const std::vector<int64_t> merging =
      batch_first ? std::vector<int64_t>{0, 2, 1, 3} : std::vector<int64_t>{2, 0, 1, 3};
  ASSIGN_OR_RETURN(result.output, trace.Apply<PermuteOp>({.axes = merging}, {result.output}));
  return result;
}

absl::StatusOr<AttentionResult> MultiheadAttention::Attend(Trace& trace, const AttentionCall& call) const {
  ASSIGN_OR_RETURN(const std::optional<Value> together, ProjectTogether(trace, *this, call.qkv));
  const bool fused = !call.need_weights && dropout() == 0;
  const bool packed = fused && together.has_value() && !appends();
  Qkv qkv;
  if (!packed) {
    ASSIGN_OR_RETURN(qkv, together.has_value() ? Thirds(trace, *together, options_.embed_dim)
                                               : ProjectApart(trace, *this, options_.embed_dim, call.qkv));
  }
  ASSIGN_OR_RETURN(std::optional<Value> mask, MergeMasks(trace, call.attn_mask, call.key_padding_mask, call.extents,
                                                         trace.spec(call.qkv.q).dtype));
  RETURN_IF_ERROR(Append(trace, call.batch_first(), qkv, mask));
  if (!fused) return AttendByHeads(trace, call, qkv, mask);
  std::vector<Value> inputs = packed ? std::vector<Value>{*together} : std::vector<Value>{qkv.q, qkv.k, qkv.v};
  if (mask.has_value()) inputs.push_back(*mask);
  const double width = static_cast<double>(options_.embed_dim / options_.num_heads);
  ASSIGN_OR_RETURN(const Value output, trace.Apply<AttentionOp>({.layout = call.layout,
                                                                 .heads = options_.num_heads,
                                                                 .packed = packed,
                                                                 .mask = mask.has_value(),
                                                                 .scale = 1 / std::sqrt(width)},
                                                                inputs));
  return AttentionResult{.output = output, .weights = {}};
}

absl::StatusOr<Symbol> MultiheadAttention::Forward(Trace& trace, const Arguments& arguments) const {
  ASSIGN_OR_RETURN(const AttentionCall call, ReadAttentionCall(trace, arguments, options_));
  ASSIGN_OR_RETURN(const AttentionResult result, Attend(trace, call));
  const int64_t rows = call.extents.tgt_len * call.extents.bsz;
  ASSIGN_OR_RETURN(const Value merged, ReshapeTo(trace, result.output, {rows, options_.embed_dim}));
  ASSIGN_OR_RETURN(const Value output, CompositeLayer::CallChild(trace, "out_proj", merged));
  return Write(trace, call, output, result.weights);
}

absl::StatusOr<Symbol> MultiheadAttention::Write(Trace& trace, const AttentionCall& call, Value output,
                                                 Value weights) const {
  const AttentionExtents& extents = call.extents;
  const int64_t features = trace.spec(output).shape.At(-1);
  Formula f(trace);
  Shape shape = {extents.tgt_len, extents.bsz, features};
  if (call.batch_first()) std::swap(shape[0], shape[1]);
  const Value result = f.Reshape(output, call.batched ? shape : Shape{extents.tgt_len, features});
  Symbol shown;
  if (call.need_weights) {
    if (call.average_attn_weights) weights = f.Div(f.Sum(weights, 1), static_cast<double>(options_.num_heads));
    if (!call.batched) {
      const absl::StatusOr<Value> kept = f.Result(weights);
      if (!kept.ok()) return kept.status();
      const Shape batch = trace.spec(weights).shape;
      weights = f.Reshape(weights, Shape(batch.extents().subspan(1)));
    }
    shown = weights;
  }
  RETURN_IF_ERROR(f.Result(result).status());
  return Symbol(Symbol::Tuple{{Symbol(result), std::move(shown)}});
}

LayerResult CreateMultiheadAttention(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  MultiheadOptions options;
  options.embed_dim = reader.Int("embed_dim", kExtent);
  options.num_heads = reader.Int("num_heads", kExtent);
  options.dropout = reader.Float("dropout", 0);
  options.bias = reader.Bool("bias", true);
  options.add_bias_kv = reader.Bool("add_bias_kv", false);
  options.add_zero_attn = reader.Bool("add_zero_attn", false);
  options.kdim = reader.Int("kdim", kExtent, options.embed_dim);
  options.vdim = reader.Int("vdim", kExtent, options.embed_dim);
  options.batch_first = reader.Bool("batch_first", false);
  if (options.num_heads > 0 && options.embed_dim % options.num_heads != 0) {
    reader.Fail("num_heads: embed_dim must be divisible by num_heads");
  }
  if (!(options.dropout >= 0 && options.dropout <= 1)) {
    reader.Fail(
        absl::StrCat("dropout: dropout probability has to be between 0 and 1, but got ", FloatRepr(options.dropout)));
  }
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<MultiheadAttention>(arguments, options);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

constexpr LayerInfo kLayers[] = {
    {"MultiheadAttention", CreateMultiheadAttention},
};

}  // namespace

absl::Span<const LayerInfo> AttentionLayers() { return kLayers; }

}  // namespace moduled::nn
