// Initialisation is torch's, byte for byte: golden/init.txt was written by torch.
#include "nn/layers/init.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "nn/layers/init_context.h"
#include "tests/nn/layers/make_layer.h"

namespace moduled::nn {
namespace {

using testing::Each;
using testing::HasSubstr;

// In the order of write_init.py.
std::vector<std::shared_ptr<Layer>> MakeLayers(InitContext& context) {
  const std::pair<absl::string_view, Attributes> layers[] = {
      {"Linear", {{"in_features", 3}, {"out_features", 4}}},
      {"Conv2d", {{"in_channels", 4}, {"out_channels", 6}, {"kernel_size", Ints({3, 2})}, {"groups", 2}}},
      {"BatchNorm2d", {{"num_features", 6}}},
      {"LayerNorm", {{"normalized_shape", Ints({2, 3})}}},
      {"Linear", {{"in_features", 5}, {"out_features", 2}, {"bias", false}}},
      {"Conv2d",
       {{"in_channels", 1}, {"out_channels", 3}, {"kernel_size", 1}, {"padding_name", "same"}, {"bias", false}}},
      {"LSTM", {{"input_size", 3}, {"hidden_size", 2}, {"num_layers", 2}, {"bidirectional", true}, {"proj_size", 1}}},
      {"GRU", {{"input_size", 2}, {"hidden_size", 2}, {"bias", false}}},
      {"RNNCell", {{"input_size", 2}, {"hidden_size", 3}}},
      {"MultiheadAttention", {{"embed_dim", 4}, {"num_heads", 2}, {"kdim", 3}}},
      {"TransformerDecoderLayer", {{"d_model", 2}, {"nhead", 1}, {"dim_feedforward", 3}}},
      {"Transformer",
       {{"d_model", 4}, {"nhead", 2}, {"num_encoder_layers", 2}, {"num_decoder_layers", 1}, {"dim_feedforward", 3}}},
  };
  std::vector<std::shared_ptr<Layer>> made;
  for (const auto& [name, attributes] : layers) {
    made.push_back(*(*FindLayer(name))->create({attributes, context}));
  }
  return made;
}

uint64_t Bits(const Tensor& tensor, int64_t index) {
  uint64_t bits = 0;
  std::memcpy(&bits, static_cast<const uint8_t*>(tensor.data()) + index * SizeOf(tensor.dtype()),
              SizeOf(tensor.dtype()));
  return bits;
}

// "0.weight" and so on.
std::map<std::string, Tensor> State(const std::vector<std::shared_ptr<Layer>>& layers) {
  std::map<std::string, Tensor> state;
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string prefix = std::to_string(i);
    for (const auto& [name, parameter] : layers[i]->named_parameters(true, true, prefix)) state[name] = parameter->data;
    for (const auto& [name, buffer] : layers[i]->named_buffers(true, true, prefix)) state[name] = buffer->data;
  }
  return state;
}

TEST(Init, IsTorchsByteForByte) {
  std::ifstream golden(GOLDEN "/init.txt");
  ASSERT_TRUE(golden) << "no golden data";
  std::string line;
  size_t lines = 0;
  while (std::getline(golden, line)) {
    SCOPED_TRACE(line.substr(0, 60));
    std::istringstream fields(line);
    uint64_t seed;
    std::string dtype, key, element;
    fields >> seed >> dtype >> key;
    InitContext context({.seed = seed});
    context.set_dtype(*ParseDType(dtype));
    const std::map<std::string, Tensor> state = State(MakeLayers(context));
    const auto found = state.find(key);
    ASSERT_TRUE(found != state.end());
    int64_t index = 0;
    for (; fields >> element; ++index) {
      ASSERT_LT(index, found->second.numel());
      ASSERT_EQ(Bits(found->second, index), std::stoull(element, nullptr, 16)) << "element " << index;
    }
    EXPECT_EQ(index, found->second.numel());
    ++lines;
  }
  EXPECT_EQ(lines, 9u * 109);
}

TEST(Init, TakesNoMemoryForStateThatIsLoadedLater) {
  // 256 GB, which nobody wants to allocate for a test.
  InitContext context({.initialise = false});
  const auto parameter = context.MakeParameter({1 << 18, 1 << 18}, init::Ones());
  ASSERT_TRUE(parameter.ok()) << parameter.status();
  const Tensor& tensor = (*parameter)->data;
  EXPECT_EQ(tensor.elements<float>().front(), 0);
  EXPECT_EQ(tensor.elements<float>().back(), 0);
}

TEST(Init, GivesDistinctStorageToStateThatIsLoadedLater) {
  InitContext context({.initialise = false});
  for (const Shape& shape : {Shape{2}, Shape{1 << 20}}) {
    const Tensor a = (*context.MakeParameter(shape, init::Ones()))->data;
    const Tensor b = (*context.MakeParameter(shape, init::Ones()))->data;
    EXPECT_NE(a.data(), b.data());
    EXPECT_THAT(a.elements<float>(), Each(0));
  }
}

TEST(Init, RefusesMoreBytesThanTheBudgetBeforeAllocating) {
  InitContext context({.max_bytes = 100});
  EXPECT_TRUE(context.MakeParameter({20}, init::Zeros()).ok());
  const absl::Status status = context.MakeParameter({6}, init::Zeros()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("too large: float32[6] has 24 bytes (got 80 bytes before it, want at most "
                                          "100 in all)"));
  EXPECT_TRUE(context.MakeParameter({5}, init::Zeros()).ok()) << "what was refused was counted";
}

TEST(Init, RefusesASizeThatOverflows) {
  InitContext context({});
  const absl::Status status = context.MakeParameter({int64_t{1} << 40, int64_t{1} << 40}, init::Zeros()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("too many elements"));
}

TEST(Init, GivesLayersThatDrawSeedsOfTheirOwn) {
  InitContext a({.seed = 1}), b({.seed = 1});
  const uint64_t first = a.NextRunSeed();
  EXPECT_NE(first, a.NextRunSeed());
  EXPECT_EQ(first, b.NextRunSeed());
}

}  // namespace
}  // namespace moduled::nn
