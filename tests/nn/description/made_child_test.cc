// Layers that have children: what they make themselves, and what a description puts in its place.
#include "nn/description/made_child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/nn/description/text.h"

namespace moduled::nn {
namespace {

using testing::HasSubstr;

constexpr char kTransformer[] =
    "transformer { d_model: 4 nhead: 2 num_encoder_layers: 2 num_decoder_layers: 1 dim_feedforward: 3 }";

std::string Attention(const std::string& rest) { return "multihead_attention { embed_dim: 4 num_heads: 2 } " + rest; }

void ExpectSameState(const Module& a, const Module& b) {
  const auto left = a.named_parameters();
  const auto right = b.named_parameters();
  ASSERT_EQ(left.size(), right.size());
  for (size_t i = 0; i < left.size(); ++i) {
    EXPECT_EQ(left[i].first, right[i].first);
    EXPECT_EQ(left[i].second->data.bytes(), right[i].second->data.bytes()) << left[i].first;
  }
}

TEST(MadeChild, IsDescribedLikeAnyOther) {
  const auto made = Build(kTransformer);
  const auto description = DescribeModule(*made);
  ASSERT_TRUE(description.ok()) << description.status();
  ASSERT_EQ(description->children_size(), 2);
  const v1::ModuleDescription& encoder = description->children(0).module();
  EXPECT_EQ(encoder.transformer_encoder().num_layers(), 2);
  const v1::ModuleDescription& layer = encoder.children(0).module().children(1).module();
  EXPECT_EQ(layer.transformer_encoder_layer().dim_feedforward(), 3);
  EXPECT_EQ(layer.children(0).module().children(0).module().non_dynamically_quantizable_linear().in_features(), 4);
}

TEST(MadeChild, StaysWithItsNumbersWhereItIsDescribedAsItWasMade) {
  const BuildOptions options{.seed = 5};
  const auto made = BuildModule(FromText(kTransformer), options);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto description = DescribeModule(**made);
  const auto again = BuildModule(*description, options);
  ASSERT_TRUE(again.ok()) << again.status();
  ExpectSameState(**made, **again);
  EXPECT_EQ(DescribeModule(**again)->DebugString(), description->DebugString());
}

TEST(MadeChild, TakesItsModeAndWhatIsFrozenFromItsDescription) {
  const auto attention = Build(Attention(
      "children { name: 'out_proj' module { non_dynamically_quantizable_linear { in_features: 4 out_features: 4 } "
      "training: true frozen: 'bias' } }"));
  EXPECT_FALSE(attention->training());
  const Module* out_proj = *attention->get_submodule("out_proj");
  EXPECT_TRUE(out_proj->training());
  EXPECT_TRUE((*out_proj->get_parameter("weight"))->requires_grad);
  EXPECT_FALSE((*out_proj->get_parameter("bias"))->requires_grad);
}

TEST(MadeChild, HasTheModeOfItsLayerWhereItIsNotDescribed) {
  EXPECT_TRUE((*Build(Attention("training: true"))->get_submodule("out_proj"))->training());
  EXPECT_FALSE((*Build(Attention(""))->get_submodule("out_proj"))->training());
}

TEST(MadeChild, GivesItsPlaceToAnotherModule) {
  const auto attention = Build(Attention("children { name: 'out_proj' module { sequential { type: 'Low' } } }"));
  EXPECT_EQ((*attention->get_submodule("out_proj"))->type(), "Low");
  EXPECT_EQ(attention->named_parameters().size(), 2u);
}

TEST(MadeChild, IsOneOfThoseThatTheLayerHas) {
  const auto refusal = [](const std::string& text) { return std::string(TryBuild(text).status().message()); };
  const std::string none = " none {} } ";
  EXPECT_EQ(refusal(Attention("children { name: 'in_proj'" + none)),
            "root (MultiheadAttention): children: in_proj: a MultiheadAttention has no such child");
  EXPECT_EQ(refusal(Attention("children { name: 'out_proj'" + none + "children { name: 'out_proj'" + none)),
            "root (MultiheadAttention): children: out_proj: the name occurs twice");
  EXPECT_EQ(
      refusal("transformer_encoder { num_layers: 2 } children { name: 'layers' module { module_list {} children { "
              "name: '0' module { relu {} } } } }"),
      "root (TransformerEncoder): children: layers: the wrong number of layers (got 1, want num_layers=2)");
  EXPECT_THAT(refusal("transformer { num_encoder_layers: 1001 }"), HasSubstr("num_encoder_layers"));
}

TEST(MadeChild, IsNotSharedBeforeItsPlaceIsReached) {
  const std::string text = std::string(kTransformer) + " children { name: 'encoder' shared: 'decoder' }";
  EXPECT_EQ(TryBuild(text).status().message(), "encoder: shared: no earlier module has the path 'decoder'");
  const std::string layer = "transformer_encoder_layer { d_model: 4 nhead: 2 } ";
  const auto shares = Build(layer +
                            "children { name: 'norm1' module { layer_norm { normalized_shape: 4 } } } "
                            "children { name: 'norm2' shared: 'norm1' }");
  EXPECT_EQ(*shares->get_submodule("norm1"), *shares->get_submodule("norm2"));
}

}  // namespace
}  // namespace moduled::nn
