// For each layer of the catalogue arguments that it can be made from, and inputs that it takes.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/nn/layers/make_layer.h"

namespace moduled::nn {

struct Example {
  Attributes attributes = {};
  Shape shape = {2, 3, 4};  // Of the first input.
  // What forward wants behind the input: names and types.
  std::vector<std::pair<std::string, TensorSpec>> others = {};
  std::string first = "input";    // What forward calls the first input.
  DType dtype = DType::kFloat32;  // Of the first input.
  bool probabilities = false;     // Floats are zeros too: probabilities and variances are not negative.

  // Ramps for floats, zeros for ints: 0 is an index into everything.
  std::vector<Tensor> Inputs() const {
    std::vector<Tensor> inputs = {Input({dtype, shape})};
    for (const auto& [name, spec] : others) inputs.push_back(Input(spec));
    return inputs;
  }

  Tensor Input(const TensorSpec& spec) const {
    return spec.dtype == DType::kFloat32 && !probabilities ? Ramp(spec.shape) : *Tensor::Zeros(spec);
  }
};

// What is not listed can be made without arguments and takes the default shape.
inline const std::map<std::string, Example>& Examples() {
  const TensorSpec floats{DType::kFloat32, {2, 3, 4}}, classes{DType::kInt64, {2, 4}};
  const auto like_input = [&](std::string name) {
    return std::vector<std::pair<std::string, TensorSpec>>{{std::move(name), floats}};
  };
  static const auto& examples = *new std::map<std::string, Example>{
      {"Linear", {{{"in_features", 4}, {"out_features", 3}}, {2, 4}}},
      {"Conv2d", {{{"in_channels", 3}, {"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 5, 6}}},
      {"Conv1d", {{{"in_channels", 3}, {"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 7}}},
      {"Conv3d", {{{"in_channels", 3}, {"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 4, 5, 6}}},
      {"ConvTranspose1d", {{{"in_channels", 3}, {"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 7}}},
      {"ConvTranspose2d", {{{"in_channels", 3}, {"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 5, 6}}},
      {"ConvTranspose3d", {{{"in_channels", 3}, {"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 4, 5, 6}}},
      {"LazyLinear", {{{"out_features", 3}}, {2, 4}}},
      {"LazyConv1d", {{{"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 7}}},
      {"LazyConv2d", {{{"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 5, 6}}},
      {"LazyConv3d", {{{"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 4, 5, 6}}},
      {"LazyConvTranspose1d", {{{"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 7}}},
      {"LazyConvTranspose2d", {{{"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 5, 6}}},
      {"LazyConvTranspose3d", {{{"out_channels", 2}, {"kernel_size", 3}}, {2, 3, 4, 5, 6}}},
      {"Unfold", {{{"kernel_size", 2}}, {2, 3, 5, 6}}},
      {"Fold", {{{"output_size", 3}, {"kernel_size", 2}}, {2, 12, 4}}},
      {"BatchNorm2d", {{{"num_features", 3}}, {2, 3, 4, 5}}},
      {"LayerNorm", {{{"normalized_shape", Ints({4})}}, {2, 4}}},
      {"BatchNorm1d", {{{"num_features", 3}}}},
      {"BatchNorm3d", {{{"num_features", 3}}, {2, 3, 4, 5, 6}}},
      {"SyncBatchNorm", {{{"num_features", 3}}}},
      {"InstanceNorm1d", {{{"num_features", 3}}}},
      {"InstanceNorm2d", {{{"num_features", 3}, {"affine", true}}, {2, 3, 4, 5}}},
      {"InstanceNorm3d", {{{"num_features", 3}, {"track_running_stats", true}}, {2, 3, 4, 5, 6}}},
      {"LazyBatchNorm2d", {{}, {2, 3, 4, 5}}},
      {"LazyBatchNorm3d", {{}, {2, 3, 4, 5, 6}}},
      {"LazyInstanceNorm2d", {{}, {2, 3, 4, 5}}},
      {"LazyInstanceNorm3d", {{}, {2, 3, 4, 5, 6}}},
      {"GroupNorm", {{{"num_groups", 3}, {"num_channels", 3}}}},
      {"RMSNorm", {{{"normalized_shape", Ints({3, 4})}}}},
      {"LocalResponseNorm", {{{"size", 2}}}},
      {"CrossMapLRN2d", {{{"size", 3}}, {2, 3, 4, 5}}},
      {"Bilinear",
       {{{"in1_features", 4}, {"in2_features", 5}, {"out_features", 3}},
        {2, 4},
        {{"input2", {DType::kFloat32, {2, 5}}}},
        "input1"}},
      {"AdaptiveLogSoftmaxWithLoss",
       {{{"in_features", 8}, {"n_classes", 10}, {"cutoffs", Ints({3, 6})}, {"div_value", 2.0}},
        {4, 8},
        {{"target_", {DType::kInt64, {4}}}},
        "input_"}},
      {"Threshold", {{{"threshold", 0.5}, {"value", 2}}}},
      {"MaxPool1d", {{{"kernel_size", 2}}, {2, 3, 4}}},
      {"MaxPool2d", {{{"kernel_size", 2}, {"return_indices", true}}, {2, 3, 4, 5}}},
      {"MaxPool3d", {{{"kernel_size", 2}}, {2, 3, 4, 5, 6}}},
      {"MaxUnpool1d", {{{"kernel_size", 2}}, {2, 3, 4}, {{"indices", {DType::kInt64, {2, 3, 4}}}}}},
      {"MaxUnpool2d", {{{"kernel_size", 2}}, {2, 3, 4, 5}, {{"indices", {DType::kInt64, {2, 3, 4, 5}}}}}},
      {"MaxUnpool3d", {{{"kernel_size", 2}}, {3, 2, 2, 2}, {{"indices", {DType::kInt64, {3, 2, 2, 2}}}}}},
      {"AvgPool1d", {{{"kernel_size", 2}}, {2, 3, 4}}},
      {"AvgPool2d", {{{"kernel_size", 2}}, {2, 3, 4, 5}}},
      {"AvgPool3d", {{{"kernel_size", 2}}, {2, 3, 4, 5, 6}}},
      {"LPPool1d", {{{"norm_type", 2}, {"kernel_size", 2}}, {2, 3, 4}}},
      {"LPPool2d", {{{"norm_type", 1.5}, {"kernel_size", 2}}, {2, 3, 4, 5}}},
      {"LPPool3d", {{{"norm_type", 2}, {"kernel_size", 2}}, {2, 3, 4, 5, 6}}},
      {"FractionalMaxPool2d", {{{"kernel_size", 2}, {"output_size", 2}}, {2, 3, 4, 5}}},
      {"FractionalMaxPool3d", {{{"kernel_size", 2}, {"output_ratio", 0.5}}, {2, 3, 4, 5, 6}}},
      {"AdaptiveAvgPool1d", {{{"output_size", 2}}, {2, 3, 4}}},
      {"AdaptiveAvgPool2d", {{{"output_size", 2}}, {2, 3, 4, 5}}},
      {"AdaptiveAvgPool3d", {{{"output_size", 2}}, {2, 3, 4, 5, 6}}},
      {"AdaptiveMaxPool1d", {{{"output_size", 2}, {"return_indices", true}}, {2, 3, 4}}},
      {"AdaptiveMaxPool2d", {{{"output_size", 2}}, {2, 3, 4, 5}}},
      {"AdaptiveMaxPool3d", {{{"output_size", 2}}, {2, 3, 4, 5, 6}}},
      {"ReflectionPad1d", {{{"padding", 1}}, {3, 4}}},
      {"ReflectionPad2d", {{{"padding", 1}}, {3, 4, 5}}},
      {"ReflectionPad3d", {{{"padding", 1}}, {2, 3, 4, 5, 6}}},
      {"ReplicationPad1d", {{{"padding", 1}}, {3, 4}}},
      {"ReplicationPad2d", {{{"padding", 1}}, {3, 4, 5}}},
      {"ReplicationPad3d", {{{"padding", 1}}, {2, 3, 4, 5, 6}}},
      {"ZeroPad1d", {{{"padding", 1}}}},
      {"ZeroPad2d", {{{"padding", Ints({1, -1, 0, 2})}}}},
      {"ZeroPad3d", {{{"padding", 1}}}},
      {"ConstantPad1d", {{{"padding", 1}, {"value", 2}}}},
      {"ConstantPad2d", {{{"padding", 1}, {"value", 0.5}}}},
      {"ConstantPad3d", {{{"padding", 1}, {"value", 2}}}},
      {"CircularPad1d", {{{"padding", 1}}, {3, 4}}},
      {"CircularPad2d", {{{"padding", 1}}, {3, 4, 5}}},
      {"CircularPad3d", {{{"padding", 1}}, {2, 3, 4, 5, 6}}},
      {"PixelShuffle", {{{"upscale_factor", 2}}, {2, 8, 3, 4}}},
      {"PixelUnshuffle", {{{"downscale_factor", 2}}, {2, 3, 4, 6}}},
      {"Upsample", {{{"scale_factor", 1.5}, {"mode", "trilinear"}}, {2, 3, 4, 5, 6}}},
      {"UpsamplingNearest2d", {{{"size", Ints({2, 7})}}, {2, 3, 4, 5}}},
      {"UpsamplingBilinear2d", {{{"scale_factor", 2.0}}, {2, 3, 4, 5}}},
      {"ChannelShuffle", {{{"groups", 3}}, {2, 6, 4}}},
      {"Unflatten", {{{"dim", -1}, {"unflattened_size", Ints({2, -1})}}}},
      {"L1Loss", {.others = like_input("target")}},
      {"MSELoss", {.others = like_input("target")}},
      {"SmoothL1Loss", {.others = like_input("target")}},
      {"HuberLoss", {.others = like_input("target")}},
      {"SoftMarginLoss", {.others = like_input("target")}},
      {"KLDivLoss", {.others = like_input("target")}},
      {"PoissonNLLLoss", {.others = like_input("target"), .first = "log_input"}},
      {"GaussianNLLLoss", {.others = {{"target", floats}, {"var", floats}}, .probabilities = true}},
      {"BCELoss", {.others = like_input("target"), .probabilities = true}},
      {"BCEWithLogitsLoss", {.others = like_input("target")}},
      {"MultiLabelSoftMarginLoss", {.others = like_input("target")}},
      {"HingeEmbeddingLoss", {.others = like_input("target")}},
      {"MarginRankingLoss", {.others = {{"input2", floats}, {"target", floats}}, .first = "input1"}},
      {"CosineEmbeddingLoss",
       {{}, {2, 3}, {{"input2", {DType::kFloat32, {2, 3}}}, {"target", {DType::kFloat32, {2}}}}, "input1"}},
      {"TripletMarginLoss", {.others = {{"positive", floats}, {"negative", floats}}, .first = "anchor"}},
      {"TripletMarginWithDistanceLoss", {.others = {{"positive", floats}, {"negative", floats}}, .first = "anchor"}},
      {"CrossEntropyLoss", {{{"weight", true}, {"weight_shape", Ints({3})}}, {2, 3, 4}, {{"target", classes}}}},
      {"NLLLoss", {.others = {{"target", classes}}}},
      {"NLLLoss2d", {.others = {{"target", classes}}}},
      {"MultiMarginLoss", {{}, {2, 3}, {{"target", {DType::kInt64, {2}}}}}},
      {"MultiLabelMarginLoss", {{}, {2, 3}, {{"target", {DType::kInt64, {2, 3}}}}}},
      {"CTCLoss",
       {{},
        {5, 2, 4},
        {{"targets", {DType::kInt64, {2, 3}}},
         {"input_lengths", {DType::kInt64, {2}}},
         {"target_lengths", {DType::kInt64, {2}}}},
        "log_probs"}},
      {"CosineSimilarity", {.others = like_input("x2"), .first = "x1"}},
      {"PairwiseDistance", {.others = like_input("x2"), .first = "x1"}},
      {"Embedding", {{{"num_embeddings", 5}, {"embedding_dim", 3}}, {2, 4}, {}, "input", DType::kInt64}},
      {"EmbeddingBag", {{{"num_embeddings", 5}, {"embedding_dim", 3}}, {2, 4}, {}, "input", DType::kInt64}},
      {"RNNBase", {{{"mode", "GRU"}, {"input_size", 4}, {"hidden_size", 3}}, {5, 2, 4}}},
      {"RNN", {{{"input_size", 4}, {"hidden_size", 3}, {"nonlinearity", "relu"}}, {5, 2, 4}}},
      {"LSTM",
       {{{"input_size", 4}, {"hidden_size", 3}, {"num_layers", 2}, {"dropout", 0.5}, {"bidirectional", true}},
        {5, 2, 4}}},
      {"GRU", {{{"input_size", 4}, {"hidden_size", 3}, {"bias", false}, {"batch_first", true}}, {5, 2, 4}}},
      {"RNNCell", {{{"input_size", 4}, {"hidden_size", 3}}, {2, 4}}},
      {"LSTMCell", {{{"input_size", 4}, {"hidden_size", 3}}, {2, 4}}},
      {"GRUCell", {{{"input_size", 4}, {"hidden_size", 3}}, {4}}},
      {"NonDynamicallyQuantizableLinear", {{{"in_features", 4}, {"out_features", 3}}, {2, 4}}},
      {"MultiheadAttention",
       {{{"embed_dim", 4}, {"num_heads", 2}, {"dropout", 0.5}},
        {3, 2, 4},
        {{"key", {DType::kFloat32, {5, 2, 4}}}, {"value", {DType::kFloat32, {5, 2, 4}}}},
        "query"}},
      {"TransformerEncoderLayer", {{{"d_model", 4}, {"nhead", 2}, {"dim_feedforward", 6}}, {3, 2, 4}, {}, "src"}},
      {"TransformerDecoderLayer",
       {{{"d_model", 4}, {"nhead", 2}, {"dim_feedforward", 6}, {"activation", "gelu"}},
        {3, 2, 4},
        {{"memory", {DType::kFloat32, {5, 2, 4}}}},
        "tgt"}},
      {"TransformerEncoder", {{}, {3, 2, 4}, {}, "src"}},
      {"TransformerDecoder", {{}, {3, 2, 4}, {{"memory", {DType::kFloat32, {5, 2, 4}}}}, "tgt"}},
      {"Transformer",
       {{{"d_model", 4},
         {"nhead", 2},
         {"num_encoder_layers", 1},
         {"num_decoder_layers", 2},
         {"dim_feedforward", 6},
         {"norm_first", true}},
        {3, 2, 4},
        {{"tgt", {DType::kFloat32, {5, 2, 4}}}},
        "src"}},
  };
  return examples;
}

inline Example ExampleOf(absl::string_view name) {
  const auto found = Examples().find(std::string(name));
  return found == Examples().end() ? Example() : found->second;
}

}  // namespace moduled::nn
