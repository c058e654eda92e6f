#include "nn/ops/matmul.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/ops/checks.h"
#include "nn/ops/elementwise/broadcast.h"
#include "nn/ops/gradients.h"
#include "nn/ops/matrix/checks.h"
#include "nn/ops/matrix/problem.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// [..., n] -> [..., 1, n].
Shape WithAxisBeforeLast(const Shape& shape) {
  Shape longer;
  for (size_t axis = 0; axis + 1 < shape.rank(); ++axis) longer.push_back(shape[axis]);
  longer.push_back(1);
  longer.push_back(shape.At(-1));
  return longer;
}

// An input as a batch of matrices.
struct Operand {
  Shape batch;
  int64_t rows = 1;
  int64_t columns = 1;
};

Operand LeftOperand(const Shape& a) {
  if (a.rank() == 1) return {{}, 1, a[0]};
  return {Shape(a.extents().first(a.rank() - 2)), a.At(-2), a.At(-1)};
}

Operand RightOperand(const Shape& b) {
  if (b.rank() == 1) return {{}, b[0], 1};
  return {Shape(b.extents().first(b.rank() - 2)), b.At(-2), b.At(-1)};
}

absl::Status VectorDoesNotFit(int64_t rows, int64_t columns, int64_t elements) {
  return absl::InvalidArgumentError(absl::StrCat("size mismatch, got ", rows, ", ", rows, "x", columns, ",", elements));
}

// What torch says depends on the function that it would have called.
absl::Status DoNotFit(const Shape& a, const Shape& b, const Operand& left, const Operand& right, const Shape& batch) {
  if (a.rank() == 1 && b.rank() == 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("inconsistent tensor size, expected tensor ", a.ToString(), " and src ", b.ToString(),
                     " to have the same number of elements, but got ", a[0], " and ", b[0], " elements respectively"));
  }
  // torch folds the leading axes of the larger input into rows, and transposes if that is b.
  const int64_t products = batch.numel();
  if (a.rank() <= 2 && b.rank() > 2) {
    const int64_t rows = products * right.columns;
    if (a.rank() == 1) return VectorDoesNotFit(rows, right.rows, a[0]);
    return NotMultipliable(rows, right.rows, left.columns, left.rows);
  }
  const int64_t rows = products * left.rows;
  if (b.rank() == 1) return VectorDoesNotFit(rows, left.columns, b[0]);
  if (b.rank() == 2) return NotMultipliable(rows, left.columns, right.rows, right.columns);
  return absl::InvalidArgumentError(absl::StrCat("Expected size for first two dimensions of batch2 tensor to be: [",
                                                 products, ", ", left.columns, "] but got: [", products, ", ",
                                                 right.rows, "]."));
}

absl::string_view TorchName(const Shape& a, const Shape& b) {
  if (b.rank() == 1) return a.rank() == 1 ? "dot" : "addmv_impl_cpu";
  return a.rank() > 2 && b.rank() > 2 ? "bmm" : "addmm_impl_cpu_";
}

// The step of an input along an axis of the batch, counted from the last.
int64_t StepOf(const Shape& batch, size_t from_last) {
  if (from_last >= batch.rank()) return 0;
  const size_t axis = batch.rank() - 1 - from_last;
  return batch[axis] == 1 ? 0 : batch.numel(axis + 1, batch.rank());
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> MatmulOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  const Shape& a = in[0].shape;
  const Shape& b = in[1].shape;
  RETURN_IF_ERROR(CheckNoScalars(in));
  RETURN_IF_ERROR(CheckProductTypes(TorchName(a, b), in));
  const Operand left = LeftOperand(a);
  const Operand right = RightOperand(b);
  ASSIGN_OR_RETURN(const Shape batch, BroadcastShapes(left.batch, right.batch));
  TensorSpec out = {in[0].dtype, batch};
  if (a.rank() > 1) out.shape.push_back(left.rows);
  if (b.rank() > 1) out.shape.push_back(right.columns);
  RETURN_IF_ERROR(out.Check());
  if (left.columns != right.rows) return DoNotFit(a, b, left, right, batch);
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> MatmulOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  const Operand left = LeftOperand(request.in[0].shape);
  const Operand right = RightOperand(request.in[1].shape);
  MatrixProblem problem;
  problem.dtype = request.in[0].dtype;
  problem.m = left.rows;
  problem.n = right.columns;
  problem.k = left.columns;
  if (right.batch.empty()) {  // The rows of all matrices of a are those of one.
    problem.m *= left.batch.numel();
  } else {
    ASSIGN_OR_RETURN(const Shape batch, BroadcastShapes(left.batch, right.batch));
    for (size_t i = batch.rank(); i-- > 0;) {
      problem.batch.push_back({batch.At(-1 - static_cast<int64_t>(i)), StepOf(left.batch, i), StepOf(right.batch, i)});
    }
  }
  return MakeMatrixKernel(problem, request);
}

// da = dy b^T, db = a^T dy; vectors are matrices of one row or column.
absl::Status MatmulOp::Gradient(const Attrs&, GradientScope& scope) {
  const Shape a_shape = scope.spec(scope.in(0)).shape;
  const Shape b_shape = scope.spec(scope.in(1)).shape;
  Shape y_shape = scope.spec(scope.out()).shape;
  if (b_shape.rank() == 1) y_shape.push_back(1);
  if (a_shape.rank() == 1) y_shape = WithAxisBeforeLast(y_shape);
  ASSIGN_OR_RETURN(const Value dy, Reshaped(scope, scope.grad(), y_shape));
  const Shape a_matrix = a_shape.rank() == 1 ? Shape{1, a_shape[0]} : a_shape;
  const Shape b_matrix = b_shape.rank() == 1 ? Shape{b_shape[0], 1} : b_shape;
  if (scope.wants(0)) {
    ASSIGN_OR_RETURN(Value b, Reshaped(scope, scope.in(1), b_matrix));
    ASSIGN_OR_RETURN(b, Transposed(scope, b));
    ASSIGN_OR_RETURN(Value da, scope.Apply<MatmulOp>({}, {dy, b}));
    ASSIGN_OR_RETURN(da, SumToShape(scope, da, a_matrix));
    RETURN_IF_ERROR(scope.Set(0, Reshaped(scope, da, a_shape)));
  }
  if (!scope.wants(1)) return absl::OkStatus();
  ASSIGN_OR_RETURN(Value a, Reshaped(scope, scope.in(0), a_matrix));
  ASSIGN_OR_RETURN(a, Transposed(scope, a));
  ASSIGN_OR_RETURN(Value db, scope.Apply<MatmulOp>({}, {a, dy}));
  ASSIGN_OR_RETURN(db, SumToShape(scope, db, b_matrix));
  return scope.Set(1, Reshaped(scope, db, b_shape));
}

}  // namespace moduled::nn
