#include "nn/layers/attention.h"

#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attention_mask.h"
#include "nn/layers/attention_scores.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/axes.h"
#include "nn/layers/composite_layer.h"
#include "nn/layers/formula.h"
#include "nn/layers/in_projection.h"
#include "nn/layers/recurrent_state.h"
#include "nn/modules/python_text.h"
#include "nn/ops/cat.h"
#include "nn/ops/expand.h"
#include "nn/ops/pad.h"
#include "nn/ops/permute.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct Options {
  int64_t embed_dim = 0;
  int64_t num_heads = 0;
  double dropout = 0;
  bool bias = true;
  bool add_bias_kv = false;
  bool add_zero_attn = false;
  int64_t kdim = 0;
  int64_t vdim = 0;
  bool batch_first = false;

  bool same_dims() const { return kdim == embed_dim && vdim == embed_dim; }
};

// The arguments of one call: tensors [L, N, *] and [S, N, *], and masks.
struct Call {
  Qkv qkv;
  std::optional<Value> key_padding_mask;
  std::optional<Value> attn_mask;
  bool batched = true;
  bool need_weights = true;
  bool average_attn_weights = true;
  AttentionExtents extents;
};

absl::Status Unsuited(absl::string_view condition, absl::string_view argument, absl::string_view expected, size_t got) {
  return absl::InvalidArgumentError(absl::StrCat("For ", condition, " `query`, expected `", argument, "` to be `None`",
                                                 expected, " but found ", got, "-D tensor instead"));
}

class MultiheadAttention final : public CompositeLayer {
 public:
  MultiheadAttention(const LayerArguments& arguments, Options options)
      : CompositeLayer("MultiheadAttention", arguments), options_(options), seed_(arguments.context.NextRunSeed()) {}

  absl::Status Initialise(InitContext& context);
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  absl::StatusOr<Call> ReadCall(Trace& trace, const Arguments& arguments) const;
  absl::Status ReadMasks(const BoundArguments& bound, Call& call) const;
  absl::Status CheckRanks(const Trace& trace, const Call& call) const;
  absl::Status Arrange(Trace& trace, Call& call) const;
  absl::Status CheckExtents(const Trace& trace, const Call& call) const;
  // Appends the learnt key and value, or those of zeros, and a column to the mask.
  absl::Status Append(Trace& trace, Qkv& qkv, std::optional<Value>& mask) const;
  absl::StatusOr<Value> SplitHeads(Trace& trace, Value x) const;
  absl::StatusOr<Symbol> Write(Trace& trace, const Call& call, Value output, Value weights) const;

  Options options_;
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

absl::Status MultiheadAttention::ReadMasks(const BoundArguments& bound, Call& call) const {
  if (!bound.IsNone(3)) {
    ASSIGN_OR_RETURN(call.key_padding_mask, bound.Tensor(3));
  }
  ASSIGN_OR_RETURN(call.need_weights, bound.Bool(4, true));
  if (!bound.IsNone(5)) {
    ASSIGN_OR_RETURN(call.attn_mask, bound.Tensor(5));
  }
  ASSIGN_OR_RETURN(call.average_attn_weights, bound.Bool(6, true));
  ASSIGN_OR_RETURN(const bool is_causal, bound.Bool(7, false));
  if (!is_causal || call.attn_mask.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError("Need attn_mask if specifying the is_causal hint.");
}

absl::Status MultiheadAttention::CheckRanks(const Trace& trace, const Call& call) const {
  const auto rank = [&](Value value) { return trace.spec(value).shape.rank(); };
  const size_t query = rank(call.qkv.q);
  if (query != 2 && query != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("query should be unbatched 2D or batched 3D tensor but received ", query, "-D query tensor"));
  }
  const std::string condition = query == 3 ? "batched (3-D)" : "unbatched (2-D)";
  if (rank(call.qkv.k) != query || rank(call.qkv.v) != query) {
    return absl::InvalidArgumentError(absl::StrCat("For ", condition, " `query`, expected `key` and `value` to be ",
                                                   query, "-D but found ", rank(call.qkv.k), "-D and ",
                                                   rank(call.qkv.v), "-D tensors respectively"));
  }
  if (call.key_padding_mask.has_value() && rank(*call.key_padding_mask) != query - 1) {
    return Unsuited(condition, "key_padding_mask", absl::StrCat(" or ", query - 1, "-D"), rank(*call.key_padding_mask));
  }
  if (call.attn_mask.has_value() && rank(*call.attn_mask) != 2 && rank(*call.attn_mask) != 3) {
    return Unsuited(condition, "attn_mask", ", 2-D or 3-D", rank(*call.attn_mask));
  }
  return absl::OkStatus();
}

absl::Status MultiheadAttention::CheckExtents(const Trace& trace, const Call& call) const {
  const Shape& query = trace.spec(call.qkv.q).shape;
  const Shape& key = trace.spec(call.qkv.k).shape;
  const Shape& value = trace.spec(call.qkv.v).shape;
  if (query[2] != options_.embed_dim) {
    return absl::InvalidArgumentError(
        absl::StrCat("was expecting embedding dimension of ", options_.embed_dim, ", but got ", query[2]));
  }
  if (options_.same_dims() ? key != value : key[0] != value[0] || key[1] != value[1]) {
    return absl::InvalidArgumentError(absl::StrCat(
        options_.same_dims() ? "key shape " : "key's sequence and batch dims ", key.ToString(),
        options_.same_dims() ? " does not match value shape " : " do not match value's ", value.ToString()));
  }
  if (key[1] == query[1]) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("key and query must have the same batch size (got ", key[1], " and ", query[1], ")"));
}

// [N, L, E] and [L, E] as [L, N, E].
absl::Status MultiheadAttention::Arrange(Trace& trace, Call& call) const {
  const Qkv given = call.qkv;
  const auto arrange = [&](Value x) -> absl::StatusOr<Value> {
    const Shape shape = trace.spec(x).shape;
    if (!call.batched) return ReshapeTo(trace, x, {shape[0], 1, shape[1]});
    if (!options_.batch_first) return x;
    return trace.Apply<PermuteOp>({.axes = {1, 0, 2}}, {x});
  };
  ASSIGN_OR_RETURN(call.qkv.q, arrange(given.q));
  call.qkv.k = call.qkv.q;  // Where two are the same they stay so: one projection serves both.
  if (given.k != given.q) {
    ASSIGN_OR_RETURN(call.qkv.k, arrange(given.k));
  }
  call.qkv.v = given.v == given.q ? call.qkv.q : call.qkv.k;
  if (given.v != given.k && given.v != given.q) {
    ASSIGN_OR_RETURN(call.qkv.v, arrange(given.v));
  }
  if (!call.batched && call.key_padding_mask.has_value()) {
    const Shape shape = trace.spec(*call.key_padding_mask).shape;
    ASSIGN_OR_RETURN(call.key_padding_mask, ReshapeTo(trace, *call.key_padding_mask, {1, shape[0]}));
  }
  return absl::OkStatus();
}

absl::StatusOr<Call> MultiheadAttention::ReadCall(Trace& trace, const Arguments& arguments) const {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("MultiheadAttention.forward", /*is_method=*/true,
                                                                    {{"query"},
                                                                     {"key"},
                                                                     {"value"},
                                                                     {"key_padding_mask", kOptional},
                                                                     {"need_weights", kOptional},
                                                                     {"attn_mask", kOptional},
                                                                     {"average_attn_weights", kOptional},
                                                                     {"is_causal", kOptional}},
                                                                    arguments));
  Call call;
  ASSIGN_OR_RETURN(call.qkv.q, bound.Tensor(0));
  ASSIGN_OR_RETURN(call.qkv.k, bound.Tensor(1));
  ASSIGN_OR_RETURN(call.qkv.v, bound.Tensor(2));
  RETURN_IF_ERROR(ReadMasks(bound, call));
  RETURN_IF_ERROR(CheckRanks(trace, call));
  call.batched = trace.spec(call.qkv.q).shape.rank() == 3;
  RETURN_IF_ERROR(Arrange(trace, call));
  RETURN_IF_ERROR(CheckExtents(trace, call));
  const Shape& query = trace.spec(call.qkv.q).shape;
  call.extents = {.bsz = query[1],
                  .num_heads = options_.num_heads,
                  .tgt_len = query[0],
                  .src_len = trace.spec(call.qkv.k).shape[0]};
  return call;
}

absl::Status MultiheadAttention::Append(Trace& trace, Qkv& qkv, std::optional<Value>& mask) const {
  const auto append = [&](bool learnt_ones) -> absl::Status {
    Formula f(trace);
    for (Value* x : {&qkv.k, &qkv.v}) {
      const Shape row{1, trace.spec(*x).shape[1], options_.embed_dim};
      Value added;
      if (!learnt_ones) {
        added = f.Keep(ZeroState(trace, *x, row));
      } else {
        const std::shared_ptr<Parameter>* learnt = parameter_slots().Find(x == &qkv.k ? "bias_k" : "bias_v");
        if (learnt == nullptr || *learnt == nullptr) return absl::InvalidArgumentError("bias_k and bias_v are gone");
        added = f.Apply<ExpandOp>({.shape = row}, {trace.Use(**learnt)});
      }
      *x = f.Apply<CatOp>({.axis = 0}, {*x, added});
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

// [L, N, E] as [N, heads, L, E / heads].
absl::StatusOr<Value> MultiheadAttention::SplitHeads(Trace& trace, Value x) const {
  const Shape shape = trace.spec(x).shape;
  ASSIGN_OR_RETURN(
      const Value split,
      ReshapeTo(trace, x, {shape[0], shape[1], options_.num_heads, options_.embed_dim / options_.num_heads}));
  return trace.Apply<PermuteOp>({.axes = {1, 2, 0, 3}}, {split});
}

absl::StatusOr<Symbol> MultiheadAttention::Forward(Trace& trace, const Arguments& arguments) const {
  ASSIGN_OR_RETURN(const Call call, ReadCall(trace, arguments));
  ASSIGN_OR_RETURN(Qkv qkv, ProjectIn(trace, *this, options_.embed_dim, call.qkv));
  ASSIGN_OR_RETURN(std::optional<Value> mask,
                   MergeMasks(trace, call.attn_mask, call.key_padding_mask, call.extents, trace.spec(qkv.q).dtype));
  RETURN_IF_ERROR(Append(trace, qkv, mask));
  for (Value* x : {&qkv.q, &qkv.k, &qkv.v}) {
    ASSIGN_OR_RETURN(*x, SplitHeads(trace, *x));
  }
  ASSIGN_OR_RETURN(const AttentionResult result, Attend(trace, qkv.q, qkv.k, qkv.v, mask,
                                                        {.dropout = training() ? options_.dropout : 0, .seed = seed_}));
  const AttentionExtents& extents = call.extents;
  ASSIGN_OR_RETURN(const Value merged, trace.Apply<PermuteOp>({.axes = {2, 0, 1, 3}}, {result.output}));
  ASSIGN_OR_RETURN(const Value rows, ReshapeTo(trace, merged, {extents.tgt_len * extents.bsz, options_.embed_dim}));
  ASSIGN_OR_RETURN(const Value output, CompositeLayer::CallChild(trace, "out_proj", rows));
  return Write(trace, call, output, result.weights);
}

absl::StatusOr<Symbol> MultiheadAttention::Write(Trace& trace, const Call& call, Value output, Value weights) const {
  const AttentionExtents& extents = call.extents;
  const int64_t features = trace.spec(output).shape.At(-1);
  Formula f(trace);
  Value result = f.Reshape(
      output, call.batched ? Shape{extents.tgt_len, extents.bsz, features} : Shape{extents.tgt_len, features});
  if (call.batched && options_.batch_first) result = f.Apply<PermuteOp>({.axes = {1, 0, 2}}, {result});
  Symbol shown;
  if (call.need_weights) {
    if (call.average_attn_weights) weights = f.Div(f.Sum(weights, 1), static_cast<double>(options_.num_heads));
    if (!call.batched) {
      const absl::StatusOr<Value> kept = f.Result(weights);
      if (!kept.ok()) return kept.status();
      const Shape shape = trace.spec(weights).shape;
      weights = f.Reshape(weights, Shape(shape.extents().subspan(1)));
    }
    shown = weights;
  }
  RETURN_IF_ERROR(f.Result(result).status());
  return Symbol(Symbol::Tuple{{Symbol(result), std::move(shown)}});
}

LayerResult CreateMultiheadAttention(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  Options options;
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
