#include "nn/ops/matmul.h"

#include "nn/ops/elementwise/broadcast.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

// The element of a batch of matrices that broadcasting finds at `batch`, row and column.
double At(const Tensor& tensor, const std::vector<double>& elements, std::vector<int64_t> batch, int64_t row,
          int64_t column) {
  const Shape& shape = tensor.shape();
  std::vector<int64_t> index(batch.end() - static_cast<int64_t>(shape.rank() - 2), batch.end());
  for (size_t axis = 0; axis < index.size(); ++axis) index[axis] = shape[axis] == 1 ? 0 : index[axis];
  index.insert(index.end(), {row, column});
  return elements[ElementAt(index, shape)];
}

// For inputs of two axes or more.
std::vector<double> Multiply(const Tensor& a, const Tensor& b, const Shape& y) {
  const std::vector<double> left = Doubles(a);
  const std::vector<double> right = Doubles(b);
  std::vector<double> elements;
  for (int64_t element = 0; element < y.numel(); ++element) {
    std::vector<int64_t> batch = IndexOf(element, y);
    const int64_t column = batch.back();
    batch.pop_back();
    const int64_t row = batch.back();
    batch.pop_back();
    double sum = 0;
    for (int64_t i = 0; i < a.shape().At(-1); ++i) {
      sum += At(a, left, batch, row, i) * At(b, right, batch, i, column);
    }
    elements.push_back(sum);
  }
  return elements;
}

template <class T>
void ExpectRight(const Shape& a_shape, const Shape& b_shape, const Shape& y_shape, double tolerance) {
  SCOPED_TRACE(a_shape.ToString() + " by " + b_shape.ToString());
  Random random;
  const Tensor a = random.ATensor<T>(a_shape);
  const Tensor b = random.ATensor<T>(b_shape);
  const Tensor a_matrix = a.rank() == 1 ? *a.Reshape({1, a_shape[0]}) : a;
  const Tensor b_matrix = b.rank() == 1 ? *b.Reshape({b_shape[0], 1}) : b;
  const auto batch_of = [](const Tensor& t) { return Shape(t.shape().extents().first(t.rank() - 2)); };
  Shape matrices = *BroadcastShapes(batch_of(a_matrix), batch_of(b_matrix));
  matrices.push_back(a_matrix.shape().At(-2));
  matrices.push_back(b_matrix.shape().At(-1));
  const std::vector<double> want = Multiply(a_matrix, b_matrix, matrices);
  for (size_t first_constant : {size_t{1}, SIZE_MAX}) {
    const Tensor y = RunOne<MatmulOp>({}, {a, b}, {.first_constant = first_constant});
    EXPECT_EQ(y.shape(), y_shape);
    ExpectClose(y, want, tolerance);
  }
}

void ExpectRightForEveryType(const Shape& a, const Shape& b, const Shape& y) {
  ExpectRight<float>(a, b, y, 1e-4);
  ExpectRight<double>(a, b, y, 1e-12);
  ExpectRight<int64_t>(a, b, y, 0);
}

TEST(Matmul, MultipliesMatrices) {
  ExpectRightForEveryType({5, 7}, {7, 4}, {5, 4});
  ExpectRightForEveryType({1, 7}, {7, 4}, {1, 4});
  ExpectRightForEveryType({5, 7}, {7, 1}, {5, 1});
  ExpectRightForEveryType({64, 100}, {100, 33}, {64, 33});
}

TEST(Matmul, DropsTheAxesThatVectorsDoNotHave) {
  ExpectRightForEveryType({7}, {7}, {});
  ExpectRightForEveryType({5, 7}, {7}, {5});
  ExpectRightForEveryType({3, 2, 5, 7}, {7}, {3, 2, 5});
  ExpectRightForEveryType({7}, {7, 4}, {4});
  ExpectRightForEveryType({7}, {3, 7, 4}, {3, 4});
}

TEST(Matmul, BroadcastsLeadingAxes) {
  ExpectRightForEveryType({3, 5, 7}, {3, 7, 4}, {3, 5, 4});
  ExpectRightForEveryType({3, 5, 7}, {7, 4}, {3, 5, 4});
  ExpectRightForEveryType({5, 7}, {3, 7, 4}, {3, 5, 4});
  ExpectRightForEveryType({6, 1, 5, 7}, {3, 7, 4}, {6, 3, 5, 4});
  ExpectRightForEveryType({2, 1, 3, 5, 7}, {4, 1, 7, 2}, {2, 4, 3, 5, 2});
  ExpectRightForEveryType({1, 5, 7}, {3, 7, 4}, {3, 5, 4});
}

TEST(Matmul, TakesTensorsWithoutElements) {
  ExpectRightForEveryType({0, 5, 7}, {7, 4}, {0, 5, 4});
  ExpectRightForEveryType({0, 5, 7}, {1, 7, 4}, {0, 5, 4});
  ExpectRightForEveryType({3, 0, 7}, {3, 7, 4}, {3, 0, 4});
  ExpectRightForEveryType({2, 0}, {0, 3}, {2, 3});
  ExpectRightForEveryType({0}, {0}, {});
}

TEST(Matmul, WrapsIntegersAround) {
  const Tensor y = RunOne<MatmulOp>({}, {Tensor::Of<uint8_t>({1, 2}, {200, 1}), Tensor::Of<uint8_t>({2, 1}, {2, 3})});
  EXPECT_THAT(y.elements<uint8_t>(), ElementsAre(147));
}

std::string RefusalOf(const Shape& a, const Shape& b, DType a_type = DType::kFloat32, DType b_type = DType::kFloat32) {
  return Refusal<MatmulOp>({}, {{a_type, a}, {b_type, b}});
}

TEST(Matmul, RefusesShapesInTorchsWords) {
  EXPECT_EQ(RefusalOf({}, {3}), "both arguments to matmul need to be at least 1D, but they are 0D and 1D");
  EXPECT_EQ(
      RefusalOf({3}, {4}),
      "inconsistent tensor size, expected tensor [3] and src [4] to have the same number of elements, but got 3 and "
      "4 elements respectively");
  EXPECT_EQ(RefusalOf({3, 3}, {4}), "size mismatch, got 3, 3x3,4");
  EXPECT_EQ(RefusalOf({5, 2, 3}, {4}), "size mismatch, got 10, 10x3,4");
  EXPECT_EQ(RefusalOf({3}, {4, 2}), "mat1 and mat2 shapes cannot be multiplied (1x3 and 4x2)");
  EXPECT_EQ(RefusalOf({2, 3}, {4, 2}), "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x2)");
  EXPECT_EQ(RefusalOf({5, 2, 3}, {4, 2}), "mat1 and mat2 shapes cannot be multiplied (10x3 and 4x2)");
  EXPECT_EQ(RefusalOf({3}, {5, 4, 2}), "size mismatch, got 10, 10x4,3");
  EXPECT_EQ(RefusalOf({2, 3}, {5, 4, 2}), "mat1 and mat2 shapes cannot be multiplied (10x4 and 3x2)");
  EXPECT_EQ(RefusalOf({5, 2, 3}, {5, 4, 2}),
            "Expected size for first two dimensions of batch2 tensor to be: [5, 3] but got: [5, 4].");
  EXPECT_EQ(RefusalOf({7, 5, 2, 3}, {5, 4, 2}),
            "Expected size for first two dimensions of batch2 tensor to be: [35, 3] but got: [35, 4].");
  EXPECT_EQ(RefusalOf({5, 2, 3}, {4, 3, 2}),
            "The size of tensor a (5) must match the size of tensor b (4) at non-singleton dimension 0");
}

TEST(Matmul, RefusesTypesInTorchsWords) {
  const DType half = DType::kFloat16;
  const DType boolean = DType::kBool;
  EXPECT_EQ(RefusalOf({2, 3}, {3, 2}, DType::kFloat32, DType::kFloat64), "expected scalar type Float but found Double");
  EXPECT_EQ(RefusalOf({2, 3}, {3, 2}, half, half), "\"addmm_impl_cpu_\" not implemented for 'Half'");
  EXPECT_EQ(RefusalOf({2, 2, 3}, {2, 3, 2}, half, half), "\"bmm\" not implemented for 'Half'");
  EXPECT_EQ(RefusalOf({3}, {3}, boolean, boolean), "\"dot\" not implemented for 'Bool'");
  EXPECT_EQ(RefusalOf({2, 3}, {3}, boolean, boolean), "\"addmv_impl_cpu\" not implemented for 'Bool'");
}

TEST(Matmul, RefusesOutputsThatOverflow) {
  constexpr int64_t kLarge = int64_t{1} << 40;
  EXPECT_THAT(RefusalOf({kLarge, 0}, {0, kLarge}), testing::HasSubstr("too many"));
}

}  // namespace
}  // namespace moduled::nn
