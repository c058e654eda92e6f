#include <limits>

#include "nn/ops/add.h"
#include "nn/ops/div.h"
#include "nn/ops/mul.h"
#include "nn/ops/sub.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

// What the broadcast output should hold, element by element, for inputs whose shapes fit.
template <class Function>
std::vector<double> Broadcast(const Tensor& a, const Tensor& b, const Shape& out, Function function) {
  const auto at = [&](const Tensor& x, const std::vector<int64_t>& index) {
    std::vector<int64_t> own(index.end() - static_cast<int64_t>(x.rank()), index.end());
    for (size_t axis = 0; axis < own.size(); ++axis) {
      if (x.shape()[axis] == 1) own[axis] = 0;
    }
    return Doubles(x)[ElementAt(own, x.shape())];
  };
  std::vector<double> y;
  for (int64_t i = 0; i < out.numel(); ++i) {
    const std::vector<int64_t> index = IndexOf(i, out);
    y.push_back(function(at(a, index), at(b, index)));
  }
  return y;
}

template <Operator T, class Element, class Function>
void ExpectBroadcasts(const Shape& a, const Shape& b, const Shape& want, Function function) {
  SCOPED_TRACE(a.ToString() + " and " + b.ToString());
  Random random;
  const Tensor x = random.ATensor<Element>(a, 1, 9);
  const Tensor y = random.ATensor<Element>(b, 1, 9);
  const Tensor out = RunOne<T>({}, {x, y});
  ASSERT_EQ(out.shape(), want);
  ExpectClose(out, Broadcast(x, y, want, function), 1e-6);
}

TEST(Arithmetic, BroadcastsAsNumPy) {
  const auto minus = [](double a, double b) { return a - b; };
  ExpectBroadcasts<SubOp, float>({}, {}, {}, minus);
  ExpectBroadcasts<SubOp, float>({37}, {37}, {37}, minus);
  ExpectBroadcasts<SubOp, float>({37}, {}, {37}, minus);
  ExpectBroadcasts<SubOp, float>({}, {2, 3}, {2, 3}, minus);
  ExpectBroadcasts<SubOp, float>({4, 5}, {5}, {4, 5}, minus);
  ExpectBroadcasts<SubOp, float>({5}, {4, 5}, {4, 5}, minus);
  ExpectBroadcasts<SubOp, float>({4, 1}, {1, 5}, {4, 5}, minus);
  ExpectBroadcasts<SubOp, float>({2, 3, 4, 5}, {3, 1, 1}, {2, 3, 4, 5}, minus);
  ExpectBroadcasts<SubOp, float>({2, 1, 4, 1}, {3, 1, 5}, {2, 3, 4, 5}, minus);
  ExpectBroadcasts<SubOp, float>({1, 1}, {1}, {1, 1}, minus);
  ExpectBroadcasts<SubOp, float>({0}, {1}, {0}, minus);
  ExpectBroadcasts<SubOp, float>({2, 1}, {2, 0}, {2, 0}, minus);
}

TEST(Arithmetic, BroadcastsRandomShapes) {
  Random random;
  for (int round = 0; round < 50; ++round) {
    const Shape out = random.AShape(static_cast<size_t>(random.Int(0, 5)), 1, 4);
    Shape a = out;
    Shape b(out.extents().subspan(static_cast<size_t>(random.Int(0, static_cast<int64_t>(out.rank())))));
    for (size_t axis = 0; axis < b.rank(); ++axis) {
      if (random.Int(0, 1) == 0) (random.Int(0, 1) == 0 ? a[axis + out.rank() - b.rank()] : b[axis]) = 1;
    }
    ExpectBroadcasts<AddOp, double>(a, b, out, [](double x, double y) { return x + y; });
    ExpectBroadcasts<DivOp, float>(b, a, out, [](double x, double y) { return x / y; });
  }
}

TEST(Arithmetic, ComputesWithEveryTypeThatItTakes) {
  const auto plus = [](double a, double b) { return a + b; };
  const auto minus = [](double a, double b) { return a - b; };
  const auto times = [](double a, double b) { return a * b; };
  const auto all = [&]<class T>(std::type_identity<T>) {
    ExpectBroadcasts<AddOp, T>({3, 7}, {7}, {3, 7}, plus);
    ExpectBroadcasts<MulOp, T>({3, 7}, {7}, {3, 7}, times);
    if (!std::is_unsigned_v<T>) ExpectBroadcasts<SubOp, T>({3, 7}, {7}, {3, 7}, minus);
  };
  all(std::type_identity<float>());
  all(std::type_identity<double>());
  all(std::type_identity<int64_t>());
  all(std::type_identity<int32_t>());
  all(std::type_identity<int8_t>());
  all(std::type_identity<uint8_t>());
}

TEST(Arithmetic, TakesBooleansAsTorchDoes) {
  const Tensor a = Tensor::Of<bool>({4}, {false, false, true, true});
  const Tensor b = Tensor::Of<bool>({4}, {false, true, false, true});
  EXPECT_THAT(RunOne<AddOp>({}, {a, b}).elements<bool>(), ElementsAre(false, true, true, true));
  EXPECT_THAT(RunOne<MulOp>({}, {a, b}).elements<bool>(), ElementsAre(false, false, false, true));
}

TEST(Arithmetic, WrapsIntegersAround) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const Tensor most = Tensor::Of<int64_t>({1}, {kMost});
  EXPECT_THAT(RunOne<AddOp>({}, {most, Tensor::Of<int64_t>({1}, {1})}).elements<int64_t>(), ElementsAre(-kMost - 1));
  EXPECT_THAT(RunOne<SubOp>({}, {Tensor::Of<int64_t>({1}, {-2}), most}).elements<int64_t>(), ElementsAre(kMost));
  EXPECT_THAT(RunOne<MulOp>({}, {most, most}).elements<int64_t>(), ElementsAre(1));
  EXPECT_THAT(RunOne<AddOp>({}, {Tensor::Of<int8_t>({1}, {127}), Tensor::Of<int8_t>({1}, {1})}).elements<int8_t>(),
              ElementsAre(-128));
  EXPECT_THAT(RunOne<SubOp>({}, {Tensor::Of<uint8_t>({1}, {0}), Tensor::Of<uint8_t>({1}, {1})}).elements<uint8_t>(),
              ElementsAre(255));
}

TEST(Div, FollowsIeee754AtZero) {
  const Tensor y = RunOne<DivOp>({}, {Tensor::Of<float>({3}, {1, -1, 0}), Tensor::Scalar<float>(0)});
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(y.elements<float>(), ElementsAre(infinity, -infinity, testing::IsNan()));
}

TEST(Arithmetic, RefusesWhatTorchRefuses) {
  const TensorSpec boolean = {DType::kBool, {2}};
  const TensorSpec half = {DType::kFloat16, {2}};
  const TensorSpec whole = {DType::kInt64, {2}};
  EXPECT_EQ(Refusal<AddOp>({}, {{DType::kFloat32, {2, 3}}, {DType::kFloat32, {2, 4}}}),
            "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1");
  EXPECT_EQ(Refusal<MulOp>({}, {{DType::kFloat32, {5, 2, 3}}, {DType::kFloat32, {4, 1, 3}}}),
            "The size of tensor a (5) must match the size of tensor b (4) at non-singleton dimension 0");
  EXPECT_EQ(Refusal<SubOp>({}, {boolean, boolean}),
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead.");
  EXPECT_EQ(Refusal<DivOp>({}, {whole, whole}), "\"div_true_cpu\" not implemented for 'Long'");
  EXPECT_EQ(Refusal<AddOp>({}, {half, half}), "\"add_stub\" not implemented for 'Half'");
  EXPECT_EQ(Refusal<MulOp>({}, {half, half}), "\"mul_cpu\" not implemented for 'Half'");
}

TEST(Arithmetic, RefusesInputsOfDifferentTypes) {
  EXPECT_EQ(Refusal<AddOp>({}, {{DType::kFloat32, {2}}, {DType::kInt64, {2}}}),
            "add: the inputs' types differ (got int64, want float32)");
  EXPECT_EQ(Refusal<MulOp>({}, {{DType::kFloat32, {2}}}), "mul: wrong number of inputs (got 1, want 2)");
}

}  // namespace
}  // namespace moduled::nn
