// TransformerEncoder, TransformerDecoder and Transformer.
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/catalogue.h"
#include "nn/layers/composite_layer.h"
#include "nn/layers/transformer.h"
#include "nn/modules/containers.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr absl::string_view kEncoder = "TransformerEncoder";
constexpr absl::string_view kDecoder = "TransformerDecoder";

// A description of a few bytes makes that many layers.
constexpr IntRange kLayerCount = {.min = 0, .max = 1000};

// Calls its layers one after the other, each with the same masks, and then its norm.
class TransformerStack final : public CompositeLayer {
 public:
  TransformerStack(absl::string_view type, const LayerArguments& arguments, int64_t num_layers)
      : CompositeLayer(type, arguments), num_layers_(num_layers) {}

  bool TakesChild(absl::string_view name) const override { return name == "layers" || name == "norm"; }

  absl::Status CheckChildren() const override {
    const auto got = static_cast<int64_t>(ItemsOf(*this, "layers").size());
    if (got == num_layers_) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("children: layers: the wrong number of layers (got ", got,
                                                   ", want num_layers=", num_layers_, ")"));
  }

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  absl::StatusOr<BoundArguments> Bind(const Arguments& arguments) const;

  int64_t num_layers_;
};

absl::StatusOr<BoundArguments> TransformerStack::Bind(const Arguments& arguments) const {
  if (type() == kEncoder) {
    return BoundArguments::Bind(
        "TransformerEncoder.forward", /*is_method=*/true,
        {{"src"}, {"mask", kOptional}, {"src_key_padding_mask", kOptional}, {"is_causal", kOptional}}, arguments);
  }
  return BoundArguments::Bind("TransformerDecoder.forward", /*is_method=*/true,
                              {{"tgt"},
                               {"memory"},
                               {"tgt_mask", kOptional},
                               {"memory_mask", kOptional},
                               {"tgt_key_padding_mask", kOptional},
                               {"memory_key_padding_mask", kOptional},
                               {"tgt_is_causal", kOptional},
                               {"memory_is_causal", kOptional}},
                              arguments);
}

absl::StatusOr<Symbol> TransformerStack::Forward(Trace& trace, const Arguments& arguments) const {
  ASSIGN_OR_RETURN(const BoundArguments bound, Bind(arguments));
  const auto given = [&](size_t i) { return bound.IsNone(i) ? Symbol() : *bound.Find(i); };
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  Symbol x = input;
  for (const auto& [name, layer] : ItemsOf(*this, "layers")) {
    if (layer == nullptr) return absl::InvalidArgumentError(absl::StrCat(name, ": 'NoneType' object is not callable"));
    Arguments call{{std::move(x)}, {}};
    if (type() == kEncoder) {
      call.keyword = {{"src_mask", given(1)}, {"src_key_padding_mask", given(2)}};
    } else {
      call.positional.push_back(given(1));
      call.keyword = {{"tgt_mask", given(2)},
                      {"memory_mask", given(3)},
                      {"tgt_key_padding_mask", given(4)},
                      {"memory_key_padding_mask", given(5)}};
    }
    ASSIGN_OR_RETURN(x, trace.Call(name, *layer, std::move(call)));
  }
  const std::shared_ptr<Module>* norm = children_slots().Find("norm");
  if (norm == nullptr || *norm == nullptr) return x;
  return trace.Call("norm", **norm, {{std::move(x)}, {}});
}

class Transformer final : public CompositeLayer {
 public:
  Transformer(const LayerArguments& arguments, int64_t d_model, bool batch_first)
      : CompositeLayer("Transformer", arguments), d_model_(d_model), batch_first_(batch_first) {}

  // `layer`: the attributes of each encoder and decoder layer.
  absl::Status Initialise(InitContext& context, const Attributes& layer, const Attributes& norm, int64_t encoders,
                          int64_t decoders);

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  absl::Status AddStack(InitContext& context, const char* name, absl::string_view type, const Attributes& layer,
                        const Attributes& norm, int64_t count);
  absl::Status CheckInputs(const TensorSpec& src, const TensorSpec& tgt) const;

  int64_t d_model_;
  bool batch_first_;
};

// torch makes one layer and copies it: each copy has what the first one drew.
absl::Status Transformer::AddStack(InitContext& context, const char* name, absl::string_view type,
                                   const Attributes& layer, const Attributes& norm, int64_t count) {
  const std::string layer_type = absl::StrCat(type, "Layer");
  ASSIGN_OR_RETURN(const LayerInfo* info, FindLayer(layer_type));
  ASSIGN_OR_RETURN(const LayerInfo* norm_info, FindLayer("LayerNorm"));
  const Generator before = context.generator();
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> made, info->create({layer, context}));
  const Generator after = context.generator();
  const auto layers = std::make_shared<ModuleList>();
  for (int64_t i = 0; i < count; ++i) {
    if (i > 0) {
      context.set_generator(before);
      ASSIGN_OR_RETURN(made, info->create({layer, context}));
    }
    RETURN_IF_ERROR(layers->RegisterModule(absl::StrCat(i), made));
  }
  context.set_generator(after);
  Attributes attributes = {{"num_layers", count}};
  const LayerArguments arguments{attributes, context};
  const auto stack = std::make_shared<TransformerStack>(type, arguments, count);
  RETURN_IF_ERROR(stack->RegisterModule("layers", layers));
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> last, norm_info->create({norm, context}));
  RETURN_IF_ERROR(stack->RegisterModule("norm", std::move(last)));
  return RegisterModule(name, stack);
}

absl::Status Transformer::Initialise(InitContext& context, const Attributes& layer, const Attributes& norm,
                                     int64_t encoders, int64_t decoders) {
  RETURN_IF_ERROR(AddStack(context, "encoder", kEncoder, layer, norm, encoders));
  RETURN_IF_ERROR(AddStack(context, "decoder", kDecoder, layer, norm, decoders));
  for (const auto& [name, parameter] : named_parameters()) {
    if (parameter->data.rank() > 1) RETURN_IF_ERROR(context.Refill(*parameter, init::XavierUniform()));
  }
  return absl::OkStatus();
}

absl::Status Transformer::CheckInputs(const TensorSpec& src, const TensorSpec& tgt) const {
  const size_t batch = batch_first_ ? 0 : 1;
  if (src.shape.rank() == 3 && tgt.shape.rank() > batch && src.shape[batch] != tgt.shape[batch]) {
    return absl::InvalidArgumentError("the batch number of src and tgt must be equal");
  }
  for (const Shape& shape : {src.shape, tgt.shape}) {
    if (shape.rank() == 0 || shape.At(-1) != d_model_) {
      return absl::InvalidArgumentError("the feature number of src and tgt must be equal to d_model");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Symbol> Transformer::Forward(Trace& trace, const Arguments& arguments) const {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("Transformer.forward", /*is_method=*/true,
                                                                    {{"src"},
                                                                     {"tgt"},
                                                                     {"src_mask", kOptional},
                                                                     {"tgt_mask", kOptional},
                                                                     {"memory_mask", kOptional},
                                                                     {"src_key_padding_mask", kOptional},
                                                                     {"tgt_key_padding_mask", kOptional},
                                                                     {"memory_key_padding_mask", kOptional},
                                                                     {"src_is_causal", kOptional},
                                                                     {"tgt_is_causal", kOptional},
                                                                     {"memory_is_causal", kOptional}},
                                                                    arguments));
  const auto given = [&](size_t i) { return bound.IsNone(i) ? Symbol() : *bound.Find(i); };
  ASSIGN_OR_RETURN(const Value src, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value tgt, bound.Tensor(1));
  RETURN_IF_ERROR(CheckInputs(trace.spec(src), trace.spec(tgt)));
  ASSIGN_OR_RETURN(
      Symbol memory,
      CallChild(trace, "encoder", Arguments{{Symbol(src)}, {{"mask", given(2)}, {"src_key_padding_mask", given(5)}}}));
  return CallChild(trace, "decoder",
                   Arguments{{Symbol(tgt), std::move(memory)},
                             {{"tgt_mask", given(3)},
                              {"memory_mask", given(4)},
                              {"tgt_key_padding_mask", given(6)},
                              {"memory_key_padding_mask", given(7)}}});
}

LayerResult CreateStack(absl::string_view type, const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const int64_t num_layers = reader.Int("num_layers", kLayerCount, 0);
  if (type == kEncoder) reader.Bool("enable_nested_tensor", true);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<TransformerStack>(type, arguments, num_layers);
}

// What is given for each layer goes to each layer, which reads it.
LayerResult CreateTransformer(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const int64_t d_model = reader.Int("d_model", kExtent, 512);
  const int64_t nhead = reader.Int("nhead", kExtent, 8);
  const int64_t encoders = reader.Int("num_encoder_layers", kLayerCount, 6);
  const int64_t decoders = reader.Int("num_decoder_layers", kLayerCount, 6);
  Attributes layer = {{"d_model", d_model}, {"nhead", nhead}};
  Attributes norm = {{"normalized_shape", Attribute::List{{Attribute(d_model)}}}};
  const int64_t dim_feedforward = reader.Int("dim_feedforward", kExtent, 2048);
  if (dim_feedforward != 2048) layer.emplace_back("dim_feedforward", dim_feedforward);
  const double dropout = reader.Float("dropout", 0.1);
  if (dropout != 0.1) layer.emplace_back("dropout", dropout);
  const std::string activation = reader.String("activation", "relu");
  if (activation != "relu") layer.emplace_back("activation", activation);
  const double eps = reader.Float("layer_norm_eps", 1e-5);
  if (eps != 1e-5) layer.emplace_back("layer_norm_eps", eps), norm.emplace_back("eps", eps);
  const bool batch_first = reader.Bool("batch_first", false);
  if (batch_first) layer.emplace_back("batch_first", true);
  if (reader.Bool("norm_first", false)) layer.emplace_back("norm_first", true);
  if (!reader.Bool("bias", true)) layer.emplace_back("bias", false), norm.emplace_back("bias", false);
  RETURN_IF_ERROR(reader.Finish());
  const auto transformer = std::make_shared<Transformer>(arguments, d_model, batch_first);
  RETURN_IF_ERROR(transformer->Initialise(arguments.context, layer, norm, encoders, decoders));
  return transformer;
}

constexpr LayerInfo kLayers[] = {
    {"Transformer", CreateTransformer},
    {kDecoder, [](const LayerArguments& arguments) { return CreateStack(kDecoder, arguments); }},
    {kEncoder, [](const LayerArguments& arguments) { return CreateStack(kEncoder, arguments); }},
};

}  // namespace

absl::Span<const LayerInfo> TransformerStackLayers() { return kLayers; }

}  // namespace moduled::nn
