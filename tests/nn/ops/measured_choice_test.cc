#include "nn/ops/measured_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <utility>

#include "nn/graph/algorithm_cache.h"
#include "nn/graph/pack_cache.h"
#include "nn/graph/simple_kernel.h"

namespace moduled::nn {
namespace {

using ::testing::SizeIs;

// An operator y = x + weight of one element, and how often each of its kernels was made and run.
class MeasuredChoiceTest : public ::testing::Test {
 protected:
  // `error` is added to the result; `work` makes it slow.
  MeasuredCandidate Candidate(absl::string_view name, Faithfulness faithfulness, float error = 0, int work = 0) {
    return {std::string(name), faithfulness, [=, this]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
              ++made_[std::string(name)];
              return MakeSimpleKernel(name, [=, this](const KernelArgs& args) {
                ++runs_[std::string(name)];
                volatile int turns = 0;
                while (turns < work) turns = turns + 1;
                const auto* x = static_cast<const float*>(args.in[0]);
                const auto* weight = static_cast<const float*>(args.in[1]);
                *static_cast<float*>(args.out[0]) = *x + *weight + error * *weight;
                return absl::OkStatus();
              });
            }};
  }

  std::string Choose(absl::Span<const MeasuredCandidate> candidates, AlgorithmCache& cache, float weight = 3,
                     PackCache* packs = nullptr, bool is_constant = true) {
    made_.clear();
    runs_.clear();
    const std::vector<TensorSpec> in = {{DType::kFloat32, {1}}, {DType::kFloat32, {1}}};
    const std::vector<TensorSpec> out = {{DType::kFloat32, {1}}};
    weights_.push_back(Tensor::Of<float>({1}, {weight}));
    const KnownInput known(weights_.back());
    const std::vector<const KnownInput*> constants = {nullptr, is_constant ? &known : nullptr};
    const KernelRequest request = {
        .in = in, .out = out, .constants = constants, .threads = 1, .packs = packs, .algorithms = &cache};
    const auto kernel = MakeFastest("add", candidates, request);
    EXPECT_TRUE(kernel.ok()) << kernel.status();
    return std::string((*kernel)->algorithm());
  }

  // As another start finds it.
  static AlgorithmCache& Reread(const AlgorithmCache& cache, AlgorithmCache& other) {
    for (const auto& [problem, algorithm] : cache.Choices()) other.Offer(problem, algorithm);
    return other;
  }

  std::map<std::string, int> made_;
  std::map<std::string, int> runs_;

 private:
  std::deque<Tensor> weights_;
};

constexpr int kSlow = 300'000;

TEST_F(MeasuredChoiceTest, IsMadeOnce) {
  const std::vector<MeasuredCandidate> candidates = {Candidate("slow", Faithfulness::kSame, 0, kSlow),
                                                     Candidate("quick", Faithfulness::kSame)};
  AlgorithmCache first;
  EXPECT_EQ(Choose(candidates, first), "quick");
  EXPECT_EQ(first.measured(), 1u);
  EXPECT_GT(runs_["slow"], 0);

  AlgorithmCache second;
  EXPECT_EQ(Choose(candidates, Reread(first, second)), "quick");
  EXPECT_EQ(second.measured(), 0u);
  EXPECT_EQ(made_["slow"], 0);
  EXPECT_TRUE(runs_.empty());
}

TEST_F(MeasuredChoiceTest, IsMadeAgainWhereANameIsUnknown) {
  const std::vector<MeasuredCandidate> candidates = {Candidate("slow", Faithfulness::kSame, 0, kSlow),
                                                     Candidate("quick", Faithfulness::kSame)};
  AlgorithmCache first;
  Choose(candidates, first);
  AlgorithmCache second;
  second.Offer(first.Choices()[0].first, "of another version");
  EXPECT_EQ(Choose(candidates, second), "quick");
  EXPECT_EQ(second.measured(), 1u);
}

TEST_F(MeasuredChoiceTest, DependsOnTheCandidatesAndOnWhatIsConstant) {
  const std::vector<MeasuredCandidate> candidates = {Candidate("slow", Faithfulness::kSame, 0, kSlow),
                                                     Candidate("quick", Faithfulness::kSame)};
  std::vector<MeasuredCandidate> more = candidates;
  more.push_back(Candidate("new", Faithfulness::kSame, 0, kSlow));
  AlgorithmCache cache;
  Choose(candidates, cache);
  Choose(more, cache);
  EXPECT_EQ(cache.measured(), 2u);
  Choose(candidates, cache, 3, nullptr, /*is_constant=*/false);
  EXPECT_EQ(cache.measured(), 3u);
  EXPECT_THAT(cache.Choices(), SizeIs(3));
}

TEST_F(MeasuredChoiceTest, OfWinogradIsHeldAgainstAnExactKernelForEveryWeight) {
  const std::vector<MeasuredCandidate> candidates = {Candidate("direct", Faithfulness::kSame, 0, kSlow),
                                                     Candidate("other", Faithfulness::kSame, 0, kSlow),
                                                     Candidate("winograd", Faithfulness::kWinograd, 1e-6)};
  AlgorithmCache first;
  PackCache packs;
  EXPECT_EQ(Choose(candidates, first, 3, &packs), "winograd");

  AlgorithmCache second;
  PackCache other_packs;
  EXPECT_EQ(Choose(candidates, Reread(first, second), 3, &other_packs), "winograd");
  EXPECT_EQ(second.measured(), 0u);
  EXPECT_EQ(runs_, (std::map<std::string, int>{{"direct", 1}, {"winograd", 1}})) << "compared, and not timed";
}

TEST_F(MeasuredChoiceTest, OfWinogradFallsToAnotherWhereItsErrorIsTooLarge) {
  float error = 1e-6;
  const auto candidates = [&] {
    return std::vector<MeasuredCandidate>{Candidate("direct", Faithfulness::kSame, 0, kSlow),
                                          Candidate("winograd", Faithfulness::kWinograd, error)};
  };
  AlgorithmCache first;
  EXPECT_EQ(Choose(candidates(), first), "winograd");
  error = 0.1;  // As other weights may have it.
  EXPECT_EQ(Choose(candidates(), first), "direct");
  EXPECT_EQ(first.measured(), 2u);
}

}  // namespace
}  // namespace moduled::nn
