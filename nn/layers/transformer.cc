// TransformerEncoderLayer and TransformerDecoderLayer: attention blocks and a feed-forward block, each with a residual
// and a normalisation, which comes first with norm_first.
#include "nn/layers/transformer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/composite_layer.h"
#include "nn/modules/python_text.h"
#include "nn/ops/add.h"
#include "nn/ops/gelu.h"
#include "nn/ops/relu.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct Options {
  int64_t d_model = 0;
  int64_t nhead = 0;
  int64_t dim_feedforward = 2048;
  double dropout = 0.1;
  std::string activation = "relu";
  double layer_norm_eps = 1e-5;
  bool batch_first = false;
  bool norm_first = false;
  bool bias = true;
};

// A block of attention: what looks, at what, and how far.
struct Attention {
  const char* child;
  const char* dropout;
  Symbol memory;  // None: x itself.
  Symbol mask;
  Symbol key_padding_mask;
};

class TransformerLayer : public CompositeLayer {
 public:
  TransformerLayer(absl::string_view type, const LayerArguments& arguments, Options options, bool is_decoder)
      : CompositeLayer(type, arguments), options_(std::move(options)), is_decoder_(is_decoder) {}

  // The children, in the order in which torch makes them.
  absl::Status Initialise(InitContext& context);

  bool TakesChild(absl::string_view name) const override {
    return name == "activation" || CompositeLayer::TakesChild(name);
  }
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  absl::StatusOr<Value> Attend(Trace& trace, Value x, const Attention& attention) const;
  absl::StatusOr<Value> FeedForward(Trace& trace, Value x) const;
  absl::StatusOr<Value> Activate(Trace& trace, Value x) const;
  // The block, its residual and its normalisation.
  template <class Block>
  absl::StatusOr<Value> WithResidual(Trace& trace, Value x, absl::string_view norm, Block block) const;
  absl::StatusOr<Symbol> RunBlocks(Trace& trace, Value x, const std::vector<Attention>& attentions) const;

  Options options_;
  bool is_decoder_;
};

absl::Status TransformerLayer::Initialise(InitContext& context) {
  Attributes attention = {{"embed_dim", options_.d_model}, {"num_heads", options_.nhead}};
  if (options_.dropout != 0) attention.emplace_back("dropout", options_.dropout);
  if (!options_.bias) attention.emplace_back("bias", false);
  if (options_.batch_first) attention.emplace_back("batch_first", true);
  const auto linear = [&](int64_t in, int64_t out) {
    Attributes attributes = {{"in_features", in}, {"out_features", out}};
    if (!options_.bias) attributes.emplace_back("bias", false);
    return attributes;
  };
  Attributes norm = {{"normalized_shape", Attribute::List{{Attribute(options_.d_model)}}}};
  if (options_.layer_norm_eps != 1e-5) norm.emplace_back("eps", options_.layer_norm_eps);
  if (!options_.bias) norm.emplace_back("bias", false);
  Attributes dropout;
  if (options_.dropout != 0.5) dropout.emplace_back("p", options_.dropout);  // 0.5 is the default of Dropout.

  RETURN_IF_ERROR(AddChild(context, "self_attn", "MultiheadAttention", attention));
  if (is_decoder_) RETURN_IF_ERROR(AddChild(context, "multihead_attn", "MultiheadAttention", attention));
  RETURN_IF_ERROR(AddChild(context, "linear1", "Linear", linear(options_.d_model, options_.dim_feedforward)));
  RETURN_IF_ERROR(AddChild(context, "dropout", "Dropout", dropout));
  RETURN_IF_ERROR(AddChild(context, "linear2", "Linear", linear(options_.dim_feedforward, options_.d_model)));
  const int blocks = is_decoder_ ? 3 : 2;
  for (int i = 1; i <= blocks; ++i) RETURN_IF_ERROR(AddChild(context, absl::StrCat("norm", i), "LayerNorm", norm));
  for (int i = 1; i <= blocks; ++i) RETURN_IF_ERROR(AddChild(context, absl::StrCat("dropout", i), "Dropout", dropout));
  return absl::OkStatus();
}

absl::StatusOr<Value> TransformerLayer::Attend(Trace& trace, Value x, const Attention& attention) const {
  const Symbol memory = attention.memory.IsNone() ? Symbol(x) : attention.memory;
  Arguments arguments{{Symbol(x), memory, memory},
                      {{"attn_mask", attention.mask},
                       {"key_padding_mask", attention.key_padding_mask},
                       {"need_weights", Symbol(false)}}};
  ASSIGN_OR_RETURN(const Symbol output, CallChild(trace, attention.child, std::move(arguments)));
  const std::vector<Symbol>* items = output.Items();
  if (items == nullptr || items->empty()) {
    return absl::InvalidArgumentError(absl::StrCat(attention.child, " must return a tuple, not ", TypeName(output)));
  }
  ASSIGN_OR_RETURN(const Value attended, ReturnedTensor(attention.child, items->front()));
  return CallChild(trace, attention.dropout, attended);
}

absl::StatusOr<Value> TransformerLayer::Activate(Trace& trace, Value x) const {
  if (CompositeLayer::TakesChild("activation")) return CallChild(trace, "activation", x);
  if (options_.activation == "gelu") return trace.Apply<GeluOp>({}, {x});
  return trace.Apply<ReluOp>({}, {x});
}

absl::StatusOr<Value> TransformerLayer::FeedForward(Trace& trace, Value x) const {
  ASSIGN_OR_RETURN(const Value wide, CallChild(trace, "linear1", x));
  ASSIGN_OR_RETURN(const Value active, Activate(trace, wide));
  ASSIGN_OR_RETURN(const Value dropped, CallChild(trace, "dropout", active));
  ASSIGN_OR_RETURN(const Value narrow, CallChild(trace, "linear2", dropped));
  return CallChild(trace, is_decoder_ ? "dropout3" : "dropout2", narrow);
}

template <class Block>
absl::StatusOr<Value> TransformerLayer::WithResidual(Trace& trace, Value x, absl::string_view norm, Block block) const {
  Value input = x;
  if (options_.norm_first) {
    ASSIGN_OR_RETURN(input, CallChild(trace, norm, x));
  }
  ASSIGN_OR_RETURN(const Value output, block(input));
  ASSIGN_OR_RETURN(const Value sum, trace.Apply<AddOp>({}, {x, output}));
  return options_.norm_first ? sum : CallChild(trace, norm, sum);
}

absl::StatusOr<Symbol> TransformerLayer::RunBlocks(Trace& trace, Value x,
                                                   const std::vector<Attention>& attentions) const {
  int block = 0;
  for (const Attention& attention : attentions) {
    ASSIGN_OR_RETURN(x, WithResidual(trace, x, absl::StrCat("norm", ++block),
                                     [&](Value input) { return Attend(trace, input, attention); }));
  }
  return WithResidual(trace, x, absl::StrCat("norm", ++block), [&](Value input) { return FeedForward(trace, input); });
}

absl::StatusOr<Symbol> TransformerLayer::Forward(Trace& trace, const Arguments& arguments) const {
  const std::vector<FormalArgument> encoder = {
      {"src"}, {"src_mask", kOptional}, {"src_key_padding_mask", kOptional}, {"is_causal", kOptional}};
  const std::vector<FormalArgument> decoder = {{"tgt"},
                                               {"memory"},
                                               {"tgt_mask", kOptional},
                                               {"memory_mask", kOptional},
                                               {"tgt_key_padding_mask", kOptional},
                                               {"memory_key_padding_mask", kOptional},
                                               {"tgt_is_causal", kOptional},
                                               {"memory_is_causal", kOptional}};
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(absl::StrCat(type(), ".forward"), /*is_method=*/true,
                                        is_decoder_ ? decoder : encoder, arguments));
  const auto given = [&](size_t i) { return bound.IsNone(i) ? Symbol() : *bound.Find(i); };
  ASSIGN_OR_RETURN(const Value x, bound.Tensor(0));
  // That a mask is causal is a hint: the mask says so itself.
  if (!is_decoder_) return RunBlocks(trace, x, {{"self_attn", "dropout1", Symbol(), given(1), given(2)}});
  RETURN_IF_ERROR(bound.Tensor(1).status());
  return RunBlocks(trace, x,
                   {{"self_attn", "dropout1", Symbol(), given(2), given(4)},
                    {"multihead_attn", "dropout2", given(1), given(3), given(5)}});
}

LayerResult Create(absl::string_view type, bool is_decoder, const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  Options options;
  options.d_model = reader.Int("d_model", kExtent);
  options.nhead = reader.Int("nhead", kExtent);
  options.dim_feedforward = reader.Int("dim_feedforward", kExtent, 2048);
  options.dropout = reader.Float("dropout", 0.1);
  options.activation = reader.String("activation", "relu");
  options.layer_norm_eps = reader.Float("layer_norm_eps", 1e-5);
  options.batch_first = reader.Bool("batch_first", false);
  options.norm_first = reader.Bool("norm_first", false);
  options.bias = reader.Bool("bias", true);
  if (options.activation != "relu" && options.activation != "gelu") {
    reader.Fail(absl::StrCat("activation: activation should be relu/gelu, not ", options.activation));
  }
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<TransformerLayer>(type, arguments, std::move(options), is_decoder);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

constexpr absl::string_view kDecoderLayer = "TransformerDecoderLayer";
constexpr absl::string_view kEncoderLayer = "TransformerEncoderLayer";

constexpr LayerInfo kLayers[] = {
    {kDecoderLayer, [](const LayerArguments& arguments) { return Create(kDecoderLayer, true, arguments); }},
    {kEncoderLayer, [](const LayerArguments& arguments) { return Create(kEncoderLayer, false, arguments); }},
};

}  // namespace

absl::Span<const LayerInfo> TransformerLayers() { return kLayers; }

}  // namespace moduled::nn
