#include "server/models/batching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

nn::ModelSignature SignatureOf(nn::Shape example, std::vector<int64_t> output) {
  std::vector<int64_t> input(example.begin(), example.end());
  input[0] = -1;
  return {.inputs = {{.name = "x", .dtype = nn::DType::kFloat32, .shape = input, .example_shape = std::move(example)}},
          .outputs = {{.name = "y", .dtype = nn::DType::kFloat32, .shape = std::move(output), .example_shape = {}}}};
}

absl::StatusOr<Batching> Find(const std::string& text, const nn::ModelSignature& signature, int64_t max_rows,
                              std::vector<int> thread_shares = {1}) {
  nn::Model model(*testing::DescriptionOf(text).Build(), {});
  return FindBatching(model, signature, max_rows, {.thread_shares = std::move(thread_shares)});
}

std::string WhyNot(const std::string& text, const nn::ModelSignature& signature) {
  const auto batching = Find(text, signature, 8);
  EXPECT_TRUE(batching.ok()) << batching.status();
  EXPECT_THAT(batching->sizes, IsEmpty());
  EXPECT_EQ(batching->max_rows(), 1);
  return batching->why_not;
}

constexpr char kLinear[] = "linear { in_features: 3 out_features: 2 }";

TEST(Batching, HasPowersOfTwoUpToWhatTheConfigurationSays) {
  const auto batching = Find(kLinear, SignatureOf({1, 3}, {-1, 2}), 6);
  ASSERT_TRUE(batching.ok()) << batching.status();
  EXPECT_THAT(batching->sizes, ElementsAre(1, 2, 4, 6));
  EXPECT_EQ(batching->max_rows(), 6);
  EXPECT_EQ(batching->SizeFor(1), 1);
  EXPECT_EQ(batching->SizeFor(3), 4);
  EXPECT_EQ(batching->SizeFor(5), 6);
}

TEST(Batching, IsOffWhereTheConfigurationSaysOne) {
  EXPECT_EQ(Find(kLinear, SignatureOf({1, 3}, {-1, 2}), 1)->why_not, "max_batch_size is 1");
}

TEST(Batching, NeedsAFreeFirstExtentEverywhere) {
  nn::ModelSignature fixed = SignatureOf({1, 3}, {-1, 2});
  fixed.inputs[0].shape[0] = 1;
  EXPECT_EQ(WhyNot(kLinear, fixed), "the first extent of x is not free");
  EXPECT_EQ(WhyNot(kLinear, SignatureOf({1, 3}, {1, 2})), "the first extent of y is not free");
}

// A rule of arithmetic alone would have to know each of these operators, and each of its attributes.
TEST(Batching, IsOffWhereRowsDependOnEachOther) {
  const std::string kDepends = "its rows depend on each other";
  EXPECT_EQ(WhyNot("softmax { dim: 0 }", SignatureOf({2, 3}, {-1, 3})), kDepends);
  EXPECT_EQ(WhyNot("flatten { start_dim: 0 end_dim: 1 }", SignatureOf({2, 3}, {-1})), kDepends);
  // Its first dimension is time.
  EXPECT_EQ(WhyNot("gru { input_size: 3 hidden_size: 2 }", SignatureOf({4, 3}, {-1, 2})), kDepends);
}

TEST(Batching, IsOnWhereTheyDoNot) {
  for (const char* text : {"softmax { dim: 1 }", "batch_norm1d { num_features: 3 } training: false", "relu {}"}) {
    const auto batching = Find(text, SignatureOf({2, 3}, {-1, 3}), 4);
    ASSERT_TRUE(batching.ok()) << batching.status();
    EXPECT_THAT(batching->sizes, ElementsAre(1, 2, 4)) << text << ": " << batching->why_not;
  }
}

TEST(Batching, SaysWhyAModelTakesNoOtherRows) {
  EXPECT_THAT(WhyNot("batch_norm1d { num_features: 3 } training: true", SignatureOf({2, 3}, {-1, 3})),
              HasSubstr("Expected more than 1 value per channel when training"));
  EXPECT_THAT(WhyNot("unflatten { dim: 0 unflattened_size: [ 2, 3 ] }", SignatureOf({6, 1}, {-1, 3, 1})),
              HasSubstr("unflatten"));
}

TEST(Batching, MakesThePlansOfAllSizesForAllShares) {
  std::vector<int> threads;
  nn::Model model(*testing::DescriptionOf(kLinear).Build(), {});
  const auto batching =
      FindBatching(model, SignatureOf({1, 3}, {-1, 2}), 4, {.thread_shares = {2, 1}, .run = [&](int share, auto work) {
                                                              threads.push_back(share);
                                                              return RunHere(share, work);
                                                            }});
  ASSERT_TRUE(batching.ok());
  EXPECT_THAT(threads, ElementsAre(1, 2, 1, 2, 1, 2, 1)) << "the trial, then three sizes on both";
}

}  // namespace
}  // namespace moduled::server
