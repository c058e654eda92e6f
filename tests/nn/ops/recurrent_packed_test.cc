// Recurrent layers with packed weights against OpenBLAS's in float64, which recurrent_test.cc holds against torch.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "nn/graph/pack_cache.h"
#include "nn/ops/kernels/avx512.h"
#include "nn/ops/recurrent.h"
#include "nn/tensor/convert.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

constexpr RecurrentKind kKinds[] = {RecurrentKind::kTanh, RecurrentKind::kRelu, RecurrentKind::kLstm,
                                    RecurrentKind::kGru};

struct Extents {
  int64_t batch = 1;
  int64_t hidden = 1;
  int64_t steps = 1;
  int64_t width = 0;  // Where projected.
};

// The sequences that are still running in each step: from all of them down to one, several of the same length.
std::vector<int64_t> BatchSizes(const Extents& extents) {
  std::vector<int64_t> sizes;
  for (int64_t step = 0; step < extents.steps; ++step) {
    sizes.push_back(std::max<int64_t>(extents.batch - step * extents.batch / extents.steps, 1));
  }
  return sizes;
}

class PackedRecurrent : public testing::Test {
 protected:
  // In float64. Weights that keep states from growing.
  std::vector<Tensor> Inputs(const RecurrentAttrs& attrs, const Extents& extents) {
    const int64_t width = attrs.projected ? extents.width : extents.hidden;
    const int64_t gates = attrs.gates() * extents.hidden;
    const std::vector<int64_t> batch_sizes = BatchSizes(extents);
    int64_t rows = extents.batch * extents.steps;
    if (attrs.packed) rows = std::accumulate(batch_sizes.begin(), batch_sizes.end(), int64_t{0});
    const double bound = 1 / std::sqrt(static_cast<double>(extents.hidden));
    std::vector<Tensor> inputs = {random_.ATensor<double>({rows, gates}, -3, 3),
                                  random_.ATensor<double>({extents.batch, width}, -1, 1)};
    if (attrs.lstm()) inputs.push_back(random_.ATensor<double>({extents.batch, extents.hidden}, -2, 2));
    inputs.push_back(random_.ATensor<double>({gates, width}, -bound, bound));
    if (attrs.bias) inputs.push_back(random_.ATensor<double>({gates}, -bound, bound));
    if (attrs.projected) inputs.push_back(random_.ATensor<double>({width, extents.hidden}, -bound, bound));
    if (attrs.packed) inputs.push_back(Tensor::Of<int64_t>({extents.steps}, batch_sizes));
    return inputs;
  }

  // Expects of float32 with constant weights what float64 answers.
  void ExpectSame(RecurrentAttrs attrs, const Extents& extents, int threads = 1) {
    SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(attrs.kind) << " batch " << extents.batch
                                    << " hidden " << extents.hidden << " steps " << extents.steps << " reverse "
                                    << attrs.reverse << " packed " << attrs.packed << " projected " << attrs.projected);
    const std::vector<Tensor> inputs = Inputs(attrs, extents);
    std::vector<Tensor> singles;
    for (const Tensor& input : inputs) {
      singles.push_back(input.dtype() == DType::kInt64 ? input : *Convert(input, DType::kFloat32));
    }
    const auto want = RunOp<RecurrentOp>(attrs, inputs);
    ASSERT_EQ(want.status(), absl::OkStatus());
    for (const bool keeps : {true, false}) {
      attrs.keeps = keeps;
      const auto got = RunOp<RecurrentOp>(
          attrs, singles, {.first_constant = attrs.w_hh(), .threads = threads, .packs = keeps ? &packs_ : nullptr});
      ASSERT_EQ(got.status(), absl::OkStatus());
      ASSERT_EQ(got->size(), keeps ? want->size() : attrs.results());
      for (size_t i = 0; i < got->size(); ++i) ExpectClose((*got)[i], Doubles((*want)[i]), 1e-5);
    }
    packs_kept_.insert(packs_kept_.end(), singles.begin(), singles.end());
  }

 private:
  Random random_;
  PackCache packs_;
  std::vector<Tensor> packs_kept_;  // Constants live as long as their packs.
};

TEST_F(PackedRecurrent, AgreesForEverySizeOfBatchAndForHiddenSizesThatFillNoVector) {
  for (const RecurrentKind kind : kKinds) {
    for (const int64_t hidden : {1, 5, 16, 17, 40, 80}) {
      for (int64_t batch = 1; batch <= 9; ++batch) {
        ExpectSame({.kind = kind, .bias = batch % 2 == 0}, {.batch = batch, .hidden = hidden, .steps = 4});
      }
      ExpectSame({.kind = kind}, {.batch = 12, .hidden = hidden, .steps = 2});
      ExpectSame({.kind = kind}, {.batch = 29, .hidden = hidden, .steps = 2});
    }
  }
}

TEST_F(PackedRecurrent, AgreesForSequencesOfSeveralLengthsInBothDirections) {
  for (const RecurrentKind kind : kKinds) {
    for (const bool reverse : {false, true}) {
      for (const int64_t batch : {1, 2, 7, 15}) {
        ExpectSame({.kind = kind, .reverse = reverse, .packed = true}, {.batch = batch, .hidden = 17, .steps = 7});
        ExpectSame({.kind = kind, .reverse = reverse}, {.batch = batch, .hidden = 17, .steps = 7});
      }
    }
  }
}

TEST_F(PackedRecurrent, AgreesForProjectedStates) {
  for (const bool packed : {false, true}) {
    for (const int64_t width : {1, 7, 33, 70}) {
      for (const int64_t batch : {1, 4, 13}) {
        ExpectSame({.kind = RecurrentKind::kLstm, .reverse = packed, .projected = true, .packed = packed},
                   {.batch = batch, .hidden = 72, .steps = 5, .width = width});
      }
    }
  }
}

// Sizes that are worth several threads, with panels that do not come out even.
TEST_F(PackedRecurrent, AgreesOnSeveralThreads) {
  for (const RecurrentKind kind : kKinds) {
    for (const int threads : {2, 3}) {
      for (const int64_t batch : {1, 2, 9, 17}) {
        const Extents extents = {.batch = batch, .hidden = kind == RecurrentKind::kLstm ? 130 : 270, .steps = 60};
        ExpectSame({.kind = kind}, extents, threads);
        ExpectSame({.kind = kind, .reverse = true, .packed = true}, extents, threads);
      }
    }
  }
  ExpectSame({.kind = RecurrentKind::kLstm, .projected = true}, {.batch = 3, .hidden = 200, .steps = 40, .width = 100},
             2);
}

TEST_F(PackedRecurrent, AnswersTheInitialStatesWhereThereAreNoSteps) {
  ExpectSame({.kind = RecurrentKind::kLstm}, {.batch = 3, .hidden = 5, .steps = 0});
}

TEST_F(PackedRecurrent, PassesNaNsOn) {
  for (const RecurrentKind kind : kKinds) {
    const RecurrentAttrs attrs = {.kind = kind, .bias = false};
    std::vector<Tensor> inputs = Inputs(attrs, {.batch = 1, .hidden = 3, .steps = 1});
    for (Tensor& input : inputs) input = *Convert(input, DType::kFloat32);
    for (int64_t gate = 0; gate < attrs.gates(); ++gate) {
      inputs[0].mutable_elements<float>()[gate * 3 + 1] = std::numeric_limits<float>::quiet_NaN();
    }
    const Tensor y = RunOne<RecurrentOp>(attrs, inputs, {.first_constant = attrs.w_hh()});
    EXPECT_TRUE(std::isnan(y.elements<float>()[1]));
    EXPECT_FALSE(std::isnan(y.elements<float>()[0]));
    EXPECT_FALSE(std::isnan(y.elements<float>()[2]));
  }
}

TEST_F(PackedRecurrent, IsWhatConstantWeightsGet) {
  if (!avx512::IsSupported()) GTEST_SKIP() << "the processor lacks AVX-512";
  const RecurrentAttrs attrs = {.kind = RecurrentKind::kGru};
  const auto algorithm = [&](DType dtype, bool constant) {
    std::vector<Tensor> inputs = Inputs(attrs, {.batch = 2, .hidden = 5, .steps = 3});
    std::vector<TensorSpec> specs;
    std::vector<KnownInput> known;
    std::vector<const KnownInput*> constants;
    for (Tensor& input : inputs) {
      input = *Convert(input, dtype);
      specs.push_back(input.spec());
      known.emplace_back(input);
    }
    for (const KnownInput& input : known) constants.push_back(constant ? &input : nullptr);
    const std::vector<TensorSpec> out = *RecurrentOp::Infer(attrs, specs);
    const auto kernel = RecurrentOp::MakeKernel(attrs, {.in = specs, .out = out, .constants = constants});
    return kernel.ok() ? std::string((*kernel)->algorithm()) : std::string(kernel.status().message());
  };
  EXPECT_EQ(algorithm(DType::kFloat32, true), "packed");
  EXPECT_EQ(algorithm(DType::kFloat32, false), "blas");
  EXPECT_EQ(algorithm(DType::kFloat64, true), "blas");
}

}  // namespace
}  // namespace moduled::nn
