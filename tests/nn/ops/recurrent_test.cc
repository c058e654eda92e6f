// Recurrent layers against torch 1.13's numbers, and their gradients against finite differences.
#include "nn/ops/recurrent.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "nn/tensor/convert.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

constexpr RecurrentKind kKinds[] = {RecurrentKind::kTanh, RecurrentKind::kRelu, RecurrentKind::kLstm,
                                    RecurrentKind::kGru};

// Numbers that differ, around zero and away from it.
Tensor Numbers(Shape shape, double first) {
  Tensor tensor = *Tensor::Allocate({DType::kFloat64, std::move(shape)});
  double next = first;
  for (double& element : tensor.mutable_elements<double>()) {
    element = next;
    next = next > 0.8 ? next - 1.57 : next + 0.37;
  }
  return tensor;
}

// Of three sequences and three steps, hidden 2.
std::vector<Tensor> Inputs(const RecurrentAttrs& attrs) {
  const int64_t rows = attrs.packed ? 6 : 9;
  const int64_t width = attrs.projected ? 1 : 2;
  const int64_t gates = attrs.gates() * 2;
  std::vector<Tensor> inputs = {Numbers({rows, gates}, 0.1), Numbers({3, width}, -0.3)};
  if (attrs.lstm()) inputs.push_back(Numbers({3, 2}, 0.25));
  inputs.push_back(Numbers({gates, width}, -0.55));
  if (attrs.bias) inputs.push_back(Numbers({gates}, 0.05));
  if (attrs.projected) inputs.push_back(Numbers({width, 2}, 0.4));
  if (attrs.packed) inputs.push_back(Tensor::Of<int64_t>({3}, {3, 2, 1}));
  return inputs;
}

std::vector<RecurrentAttrs> Variants() {
  std::vector<RecurrentAttrs> variants;
  for (const RecurrentKind kind : kKinds) {
    for (const bool reverse : {false, true}) {
      for (const bool packed : {false, true}) {
        variants.push_back({.kind = kind, .reverse = reverse, .bias = !packed, .packed = packed});
      }
    }
  }
  for (const bool reverse : {false, true}) {
    variants.push_back({.kind = RecurrentKind::kLstm, .reverse = reverse, .projected = true, .packed = reverse});
  }
  return variants;
}

// Expects y, the final states and so on, in float64 and in float32.
void ExpectResults(const RecurrentAttrs& attrs, const std::vector<std::vector<double>>& want) {
  std::vector<Tensor> singles;
  for (const Tensor& input : Inputs(attrs)) {
    singles.push_back(input.dtype() == DType::kInt64 ? input : *Convert(input, DType::kFloat32));
  }
  const auto got = RunOp<RecurrentOp>(attrs, Inputs(attrs));
  const auto got_single = RunOp<RecurrentOp>(attrs, singles);
  ASSERT_EQ(got.status(), absl::OkStatus());
  ASSERT_EQ(got_single.status(), absl::OkStatus());
  for (size_t o = 0; o < want.size(); ++o) {
    ASSERT_EQ((*got)[o].numel(), static_cast<int64_t>(want[o].size()));
    for (size_t i = 0; i < want[o].size(); ++i) {
      EXPECT_NEAR((*got)[o].elements<double>()[i], want[o][i], 1e-11) << "output " << o << ", element " << i;
      EXPECT_NEAR((*got_single)[o].elements<float>()[i], want[o][i], 1e-6) << "output " << o << ", element " << i;
    }
  }
}

TEST(Recurrent, ComputesTheLongShortTermMemoryAsTorchDoes) {
  ExpectResults(
      {.kind = RecurrentKind::kLstm, .bias = false, .packed = true},
      {{-0.0462211905818, 0.209746161962, 0.349137242763, -0.08922515261, -0.320115466808, 0.186675321692,
        0.0807767923754, 0.268025084463, 0.428187170397, -0.03779282445, 0.154871905737, 0.00552819857049},
       {0.154871905737, 0.00552819857049, 0.428187170397, -0.03779282445, -0.320115466808, 0.186675321692},
       {0.366846389321, 0.00926848530578, 0.820481792315, -0.0502661812863, -0.620667709808, 0.429664575956}});
}

TEST(Recurrent, ComputesAProjectionAsTorchDoes) {
  ExpectResults({.kind = RecurrentKind::kLstm, .reverse = true, .projected = true},
                {{0.224869040495, 0.140288457363, -0.09674172266, 0.387884211985, -0.0747776630554, -0.0832793964985,
                  0.349192345005, -0.215661175687, 0.0972656445091},
                 {0.224869040495, 0.140288457363, -0.09674172266},
                 {-0.156647812867, 0.450035994704, 0.405863947739, 0.147076568909, -0.273020009649, -0.0354470415887}});
}

TEST(Recurrent, ComputesGatedUnitsAsTorchDoes) {
  ExpectResults({.kind = RecurrentKind::kGru, .reverse = true, .bias = false, .packed = true},
                {{0.210528462374, -0.0677109273362, 0.543152705996, 0.111806085319, -0.430837234956, 0.192947508354,
                  0.352767915413, 0.283257642459, 0.603571890525, 0.74858238763, 0.238123099278, -0.0836202395214},
                 {0.210528462374, -0.0677109273362, 0.543152705996, 0.111806085319, -0.430837234956, 0.192947508354}});
}

TEST(Recurrent, ComputesPlainUnitsAsTorchDoes) {
  ExpectResults({.kind = RecurrentKind::kTanh, .reverse = true, .bias = false, .packed = true},
                {{-0.184292808346, 0.729911019527, 0.446978880291, -0.509943640811, 0.1275022541, -0.33885638545,
                  0.284368648434, 0.722333664243, 0.624409442052, 0.0869796518898, 0.0722737635326, 0.265670749874},
                 {-0.184292808346, 0.729911019527, 0.446978880291, -0.509943640811, 0.1275022541, -0.33885638545}});
}

TEST(Recurrent, ComputesRectifiedUnitsAsTorchDoes) {
  ExpectResults({.kind = RecurrentKind::kRelu},
                {{0.3024, 0.8722, 0.5022, 0.2272, 0.1782, 0.0672, 0.106684, 1.715888, 0.852894, 0.19265, 0, 0.78149,
                  0.34246396, 2.43116724, 0, 0.51993386, 0.1093318, 1.4276344},
                 {0.34246396, 2.43116724, 0, 0.51993386, 0.1093318, 1.4276344}});
}

TEST(Recurrent, GradientMatchesFiniteDifferences) {
  for (const RecurrentAttrs& attrs : Variants()) {
    SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(attrs.kind) << " reverse " << attrs.reverse
                                    << " packed " << attrs.packed << " projected " << attrs.projected);
    // What is kept for the gradient has none.
    ExpectGradient<RecurrentOp>(attrs, Inputs(attrs), {.outputs = attrs.lstm() ? 3u : 2u});
  }
}

TEST(Recurrent, RefusesBatchSizesThatNoSortedSequencesHave) {
  const RecurrentAttrs attrs = {.kind = RecurrentKind::kGru, .bias = false, .packed = true};
  const auto run = [&](const std::vector<int64_t>& batch_sizes) {
    std::vector<Tensor> inputs = Inputs(attrs);
    inputs.back() = Tensor::Of<int64_t>({static_cast<int64_t>(batch_sizes.size())}, batch_sizes);
    return std::string(RunOp<RecurrentOp>(attrs, inputs).status().message());
  };
  EXPECT_EQ(run({2, 2, 2}), "batch_sizes: element 0 is out of range (got 2, want 3)");
  EXPECT_EQ(run({3, 0, 3}), "batch_sizes: element 1 is out of range (got 0, want 1 to 3)");
  EXPECT_EQ(run({3, 1, 2}), "batch_sizes: element 2 is out of range (got 2, want 1 to 1)");
  EXPECT_EQ(run({3, 2, -1}), "batch_sizes: element 2 is out of range (got -1, want 1 to 2)");
  EXPECT_EQ(run({3, 2}), "batch_sizes: their sum is not the number of rows of data (want 6)");
  EXPECT_EQ(run({3, 3, 3}), "batch_sizes: their sum is not the number of rows of data (want 6)");
  EXPECT_EQ(run({3, 2, 1}), "");
}

TEST(Recurrent, RefusesWhatDoesNotFit) {
  const DType f = DType::kFloat64;
  EXPECT_EQ(Refusal<RecurrentOp>({.bias = false}, {{f, {4, 2}}, {f, {3, 2}}, {f, {2, 2}}}),
            "recurrent: the rows are not those of whole steps (got 4 rows, want a multiple of 3)");
  EXPECT_EQ(Refusal<RecurrentOp>({.bias = false}, {{f, {6, 2}}, {f, {3, 3}}, {f, {2, 2}}}),
            "recurrent: h0 has the wrong shape (got [3, 3], want [3, 2])");
  EXPECT_EQ(Refusal<RecurrentOp>({.bias = false}, {{f, {6, 2}}, {f, {3, 2}}, {f, {2, 3}}}),
            "recurrent: w_hh has the wrong shape (got [2, 3], want [2, 2])");
  EXPECT_EQ(Refusal<RecurrentOp>({.kind = RecurrentKind::kGru, .bias = false}, {{f, {6, 2}}, {f, {3, 2}}, {f, {2, 2}}}),
            "recurrent: wrong shapes (got gates [6, 2] and h0 [3, 2], want [rows, 3 n] and [batch, width])");
  EXPECT_EQ(
      Refusal<RecurrentOp>({.bias = false, .projected = true}, {{f, {6, 2}}, {f, {3, 2}}, {f, {2, 2}}, {f, {2, 2}}}),
      "proj_size argument is only supported for LSTM, not RNN or GRU");
}

}  // namespace
}  // namespace moduled::nn
