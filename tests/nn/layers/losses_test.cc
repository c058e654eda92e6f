// What losses, look-ups and the adaptive softmax refuse to be made with. The texts are torch's where it has some.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/nn/layers/make_layer.h"

namespace moduled::nn {
namespace {

using testing::HasSubstr;

std::string Refusal(absl::string_view name, const Attributes& attributes) {
  return std::string(TryMakeLayer(name, attributes).status().message());
}

TEST(Losses, RefuseArgumentsInTorchsWords) {
  EXPECT_THAT(Refusal("SmoothL1Loss", {{"beta", -0.5}}),
              HasSubstr("smooth_l1_loss does not support negative values for beta."));
  EXPECT_THAT(Refusal("HuberLoss", {{"delta", 0.0}}),
              HasSubstr("huber_loss does not support non-positive values for delta."));
  EXPECT_THAT(Refusal("MultiMarginLoss", {{"p", 3}}), HasSubstr("only p == 1 and p == 2 supported"));
  EXPECT_THAT(Refusal("L1Loss", {{"reduction", "median"}}), HasSubstr("median is not a valid value for reduction"));
  EXPECT_THAT(Refusal("GaussianNLLLoss", {{"reduction", "median"}}), HasSubstr("median is not valid"));
}

TEST(Embedding, RefusesArgumentsInTorchsWords) {
  const Attributes table = {{"num_embeddings", 5}, {"embedding_dim", 2}};
  const auto refusal = [&](absl::string_view name, std::vector<Attributes::value_type> more) {
    Attributes attributes = table;
    attributes.insert(attributes.end(), more.begin(), more.end());
    return Refusal(name, attributes);
  };
  for (const int64_t padding : {int64_t{5}, int64_t{-6}, std::numeric_limits<int64_t>::min()}) {
    EXPECT_THAT(refusal("Embedding", {{"padding_idx", padding}}),
                HasSubstr("Padding_idx must be within num_embeddings"));
    EXPECT_THAT(refusal("EmbeddingBag", {{"padding_idx", padding}}),
                HasSubstr("padding_idx must be within num_embeddings"));
  }
  EXPECT_THAT(refusal("EmbeddingBag", {{"mode", "median"}}), HasSubstr("mode has to be one of sum, mean or max"));
  EXPECT_THAT(refusal("EmbeddingBag", {{"mode", "max"}, {"scale_grad_by_freq", true}}),
              HasSubstr("max mode does not support scaling the gradient by the frequency"));
  EXPECT_THAT(refusal("EmbeddingBag", {{"mode", "max"}, {"sparse", true}}),
              HasSubstr("max mode does not support sparse weights"));
}

std::string AdaptiveRefusal(std::initializer_list<int64_t> cutoffs, double div_value = 4) {
  return Refusal("AdaptiveLogSoftmaxWithLoss",
                 {{"in_features", 16}, {"n_classes", 10}, {"cutoffs", Ints(cutoffs)}, {"div_value", div_value}});
}

TEST(AdaptiveLogSoftmaxWithLoss, RefusesCutoffsInTorchsWords) {
  const std::initializer_list<int64_t> bad[] = {{6, 3}, {3, 3}, {0, 3}, {-1}, {10}, {3, 11}};
  for (const std::initializer_list<int64_t> cutoffs : bad) {
    EXPECT_THAT(AdaptiveRefusal(cutoffs), HasSubstr("cutoffs should be a sequence of unique, positive integers sorted "
                                                    "in an increasing order, where each value is between 1 and "
                                                    "n_classes-1"));
  }
}

TEST(AdaptiveLogSoftmaxWithLoss, RefusesDivisorsThatLeaveAClusterWithoutFeatures) {
  EXPECT_THAT(AdaptiveRefusal({3, 6}, 0), HasSubstr("float floor division by zero"));
  EXPECT_THAT(AdaptiveRefusal({3, 6}, 5), HasSubstr("div_value: cluster 1 cannot have 0 features"));
  EXPECT_THAT(AdaptiveRefusal({3, 6}, -2), HasSubstr("div_value: cluster 0 cannot have -8 features"));
  for (const double div_value :
       {1e-300, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(AdaptiveRefusal({3, 6}, div_value), HasSubstr("div_value: cluster 0 cannot have")) << div_value;
  }
}

}  // namespace
}  // namespace moduled::nn
