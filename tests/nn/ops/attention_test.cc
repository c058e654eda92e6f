#include "nn/ops/attention.h"

#include <limits>

#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::Each;
using testing::IsNan;

// One head over dense matrices, by the formula.
struct Matrices {
  std::vector<double> q, k, v, mask;
  int64_t rows, keys, width, out_width;
};

std::vector<double> Attention(const Matrices& m, double scale) {
  std::vector<double> y;
  for (int64_t r = 0; r < m.rows; ++r) {
    std::vector<double> weights;
    double sum = 0;
    for (int64_t s = 0; s < m.keys; ++s) {
      double score = 0;
      for (int64_t e = 0; e < m.width; ++e) score += m.q[r * m.width + e] * m.k[s * m.width + e];
      weights.push_back(std::exp(score * scale + (m.mask.empty() ? 0 : m.mask[r * m.keys + s])));
      sum += weights.back();
    }
    for (int64_t e = 0; e < m.out_width; ++e) {
      double mean = 0;
      for (int64_t s = 0; s < m.keys; ++s) mean += weights[s] / sum * m.v[s * m.out_width + e];
      y.push_back(mean);
    }
  }
  return y;
}

// Where element (n, head, row, e) of a tensor of heads side by side stands.
struct HeadPlace {
  HeadLayout layout;
  int64_t batch, heads, rows, width;  // Of a head.
  int64_t parts = 1, part = 0;        // Of a row.

  int64_t operator()(int64_t n, int64_t h, int64_t row, int64_t e) const {
    const int64_t outer = layout == HeadLayout::kBatchFirst ? n * rows + row : row * batch + n;
    return ((outer * parts + part) * heads + h) * width + e;
  }
};

std::vector<double> Head(const std::vector<double>& x, const HeadPlace& at, int64_t n, int64_t h) {
  std::vector<double> matrix;
  for (int64_t row = 0; row < at.rows; ++row) {
    for (int64_t e = 0; e < at.width; ++e) matrix.push_back(x[at(n, h, row, e)]);
  }
  return matrix;
}

struct HeadsCase {
  HeadLayout layout;
  bool packed;
  bool mask;
  int64_t rows, keys;
  int threads;
};

template <class T>
void ExpectHeadsFollowTheFormula(const HeadsCase& c, double tolerance) {
  constexpr int64_t kBatch = 2, kHeads = 3, kWidth = 8;
  SCOPED_TRACE(testing::Message() << (c.layout == HeadLayout::kBatchFirst ? "batch" : "sequence") << " first, packed "
                                  << c.packed << ", mask " << c.mask << ", " << c.rows << " x " << c.keys);
  Random random;
  const auto shape = [&](int64_t rows, int64_t width) {
    return c.layout == HeadLayout::kBatchFirst ? Shape{kBatch, rows, width} : Shape{rows, kBatch, width};
  };
  std::vector<Tensor> in;
  if (c.packed) {
    in = {random.ATensor<T>(shape(c.rows, 3 * kHeads * kWidth), -1, 1)};
  } else {
    for (const int64_t rows : {c.rows, c.keys, c.keys})
      in.push_back(random.ATensor<T>(shape(rows, kHeads * kWidth), -1, 1));
  }
  if (c.mask) in.push_back(random.ATensor<T>({kBatch, 1, c.rows, c.keys}, -2, 2));
  const Tensor y =
      RunOne<AttentionOp>({.layout = c.layout, .heads = kHeads, .packed = c.packed, .mask = c.mask, .scale = 0.5}, in,
                          {.threads = c.threads});
  ASSERT_EQ(y.shape(), shape(c.rows, kHeads * kWidth));
  std::vector<double> want(static_cast<size_t>(y.numel()));
  const HeadPlace out = {c.layout, kBatch, kHeads, c.rows, kWidth};
  for (int64_t n = 0; n < kBatch; ++n) {
    for (int64_t h = 0; h < kHeads; ++h) {
      const auto operand = [&](int64_t index) {
        const HeadPlace at = {
            c.layout, kBatch, kHeads, index == 0 ? c.rows : c.keys, kWidth, c.packed ? 3 : 1, c.packed ? index : 0};
        return Head(Doubles(in[c.packed ? 0 : static_cast<size_t>(index)]), at, n, h);
      };
      Matrices m = {operand(0), operand(1), operand(2), {}, c.rows, c.keys, kWidth, kWidth};
      if (c.mask) {
        const std::vector<double> all = Doubles(in.back());
        m.mask.assign(all.begin() + n * c.rows * c.keys, all.begin() + (n + 1) * c.rows * c.keys);
      }
      const std::vector<double> head = Attention(m, 0.5);
      for (int64_t row = 0; row < c.rows; ++row) {
        for (int64_t e = 0; e < kWidth; ++e) want[out(n, h, row, e)] = head[row * kWidth + e];
      }
    }
  }
  ExpectClose(y, want, tolerance);
}

TEST(Attention, FollowsTheFormulaWhereverTheHeadsAre) {
  for (const HeadLayout layout : {HeadLayout::kBatchFirst, HeadLayout::kSequenceFirst}) {
    for (const bool mask : {false, true}) {
      for (const bool packed : {false, true}) {
        ExpectHeadsFollowTheFormula<float>({layout, packed, mask, 7, 7, 1}, 1e-5);
        ExpectHeadsFollowTheFormula<double>({layout, packed, mask, 7, 7, 2}, 1e-12);
      }
      ExpectHeadsFollowTheFormula<float>({layout, false, mask, 5, 19, 1}, 1e-5);
      ExpectHeadsFollowTheFormula<float>({layout, false, mask, 1, 1, 1}, 1e-5);
    }
  }
}

TEST(Attention, ComputesTheSameByBlocksAndThreads) {
  // Several blocks of rows each, and enough of them for threads.
  ExpectHeadsFollowTheFormula<float>({HeadLayout::kBatchFirst, true, true, 300, 300, 1}, 1e-5);
  ExpectHeadsFollowTheFormula<float>({HeadLayout::kSequenceFirst, true, false, 300, 300, 3}, 1e-5);
}

TEST(Attention, AnswersWhatTorchAnswers) {
  // torch.softmax(q @ k.T / 2 ** 0.5 + mask, -1) @ v
  const Tensor q = Tensor::Of<float>({2, 2}, {1, 2, 3, -1});
  const Tensor k = Tensor::Of<float>({3, 2}, {0.5, -1, 2, 1, -0.5, 0.25});
  const Tensor v = Tensor::Of<float>({3, 1}, {1, 10, 100});
  const Tensor mask = Tensor::Of<float>({3}, {0, 0.5, 1});
  const Tensor y = RunOne<AttentionOp>({.mask = true, .scale = 0.70710678118654752}, {q, k, v, mask});
  ExpectClose(y, {17.8016, 10.28881}, 1e-5);
}

TEST(Attention, RepeatsWhatHasABatchOfOne) {
  Random random;
  const Tensor q = random.ATensor<double>({2, 3, 4, 5}, -1, 1), k = random.ATensor<double>({3, 6, 5}, -1, 1);
  const Tensor v = random.ATensor<double>({2, 1, 6, 2}, -1, 1), mask = random.ATensor<double>({4, 1}, -1, 1);
  const Tensor y = RunOne<AttentionOp>({.mask = true, .scale = 2}, {q, k, v, mask});
  ASSERT_EQ(y.shape(), (Shape{2, 3, 4, 2}));
  const auto part = [](const Tensor& x, int64_t index, int64_t size) {
    const std::vector<double> all = Doubles(x);
    return std::vector<double>(all.begin() + index * size, all.begin() + (index + 1) * size);
  };
  std::vector<double> want;
  for (int64_t a = 0; a < 2; ++a) {
    for (int64_t b = 0; b < 3; ++b) {
      // A mask of one number a row changes nothing.
      const Matrices m = {part(q, a * 3 + b, 20), part(k, b, 30), part(v, a, 12), {}, 4, 6, 5, 2};
      const std::vector<double> y_part = Attention(m, 2);
      want.insert(want.end(), y_part.begin(), y_part.end());
    }
  }
  ExpectClose(y, want, 1e-12);
}

TEST(Attention, AnswersNaNForARowThatMayLookAtNothing) {
  const float forbidden = -std::numeric_limits<float>::infinity();
  const Tensor x = Tensor::Of<float>({2, 1}, {1, 2});
  const Tensor mask = Tensor::Of<float>({2, 2}, {forbidden, forbidden, forbidden, 0});
  const Tensor y = RunOne<AttentionOp>({.mask = true}, {x, x, x, mask});
  EXPECT_TRUE(std::isnan(y.elements<float>()[0]));
  EXPECT_EQ(y.elements<float>()[1], 2);
}

TEST(Attention, PassesNaNOnToItsRowsAlone) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor q = Tensor::Of<float>({2, 1}, {nan, 1}), k = Tensor::Of<float>({2, 1}, {1, 1});
  const Tensor y = RunOne<AttentionOp>({}, {q, k, k});
  EXPECT_TRUE(std::isnan(y.elements<float>()[0]));
  EXPECT_EQ(y.elements<float>()[1], 1);
}

TEST(Attention, TakesWhatIsEmpty) {
  const auto zeros = [](Shape shape) { return *Tensor::Zeros({DType::kFloat32, std::move(shape)}); };
  EXPECT_EQ(RunOne<AttentionOp>({}, {zeros({0, 2}), zeros({3, 2}), zeros({3, 4})}).shape(), (Shape{0, 4}));
  EXPECT_THAT(RunOne<AttentionOp>({}, {zeros({2, 2}), zeros({0, 2}), zeros({0, 4})}).elements<float>(), Each(0));
  const Tensor v = Tensor::Of<float>({2, 1}, {1, 3});
  EXPECT_THAT(RunOne<AttentionOp>({}, {zeros({2, 0}), zeros({2, 0}), v}).elements<float>(), Each(2));
  EXPECT_EQ(RunOne<AttentionOp>({}, {zeros({0, 2, 2}), zeros({0, 2, 2}), zeros({0, 2, 2})}).shape(), (Shape{0, 2, 2}));
}

TEST(Attention, HasTheGradientOfTheFormula) {
  Random random;
  const auto tensor = [&](Shape shape) { return random.ATensor<double>(shape, -1, 1); };
  ExpectGradient<AttentionOp>({.scale = 0.7}, {tensor({2, 3, 4}), tensor({2, 5, 4}), tensor({2, 5, 2})});
  ExpectGradient<AttentionOp>({.mask = true, .scale = 0.7},
                              {tensor({2, 3, 4}), tensor({5, 4}), tensor({1, 5, 2}), tensor({2, 1, 5})},
                              {.constant = {}});
  for (const HeadLayout layout : {HeadLayout::kBatchFirst, HeadLayout::kSequenceFirst}) {
    ExpectGradient<AttentionOp>({.layout = layout, .heads = 2, .packed = true, .mask = true},
                                {tensor({3, 3, 12}), tensor({3, 3})});
    ExpectGradient<AttentionOp>({.layout = layout, .heads = 2},
                                {tensor({3, 3, 4}), tensor({3, 3, 4}), tensor({3, 3, 4})});
  }
  ExpectGradient<AttentionOp>({.layout = HeadLayout::kBatchFirst, .heads = 2, .packed = true}, {tensor({2, 2, 3, 6})});
}

TEST(Attention, RefusesWhatDoesNotFit) {
  const auto spec = [](Shape shape) { return TensorSpec{DType::kFloat32, std::move(shape)}; };
  EXPECT_EQ(Refusal<AttentionOp>({}, {spec({2, 3}), spec({4, 5}), spec({4, 3})}),
            "mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)");
  EXPECT_EQ(Refusal<AttentionOp>({}, {spec({2, 3}), spec({4, 3}), spec({5, 3})}),
            "mat1 and mat2 shapes cannot be multiplied (2x4 and 5x3)");
  EXPECT_EQ(Refusal<AttentionOp>({.mask = true}, {spec({1, 3}), spec({4, 3}), spec({4, 3}), spec({2, 4})}),
            "attention: a mask [2, 4] for scores [1, 4] must not repeat them");
  EXPECT_EQ(Refusal<AttentionOp>({.layout = HeadLayout::kBatchFirst, .heads = 2, .packed = true}, {spec({1, 3, 16})}),
            "attention: [1, 3, 16] does not divide into 2 heads");
  EXPECT_EQ(Refusal<AttentionOp>({.layout = HeadLayout::kSequenceFirst, .heads = 2},
                                 {spec({4, 2}), spec({4, 2}), spec({4, 2})}),
            "attention: [4, 2] does not divide into 2 heads");
  EXPECT_EQ(Refusal<AttentionOp>({.layout = HeadLayout::kBatchFirst, .heads = 0, .packed = true}, {spec({1, 3, 12})}),
            "attention: 0 heads in such a layout");
  EXPECT_EQ(Refusal<AttentionOp>({.layout = HeadLayout::kBatchFirst, .heads = 1, .packed = true, .mask = true},
                                 {spec({1, 3, 12}), spec({2, 1, 3, 3})}),
            "attention: heads [1, 1, 3, 4] and [1, 1, 3, 4] do not fit each other or the mask");
  EXPECT_EQ(Refusal<AttentionOp>({}, {spec({2, 3}), spec({2, 3})}),
            "attention: wrong number of inputs (got 2, want 3)");
  EXPECT_EQ(Refusal<AttentionOp>({}, {spec({3}), spec({2, 3}), spec({2, 3})}),
            "attention: [3] does not divide into 1 heads");
}

}  // namespace
}  // namespace moduled::nn
