#include "nn/layers/functions/einsum.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/functions/einsum_equation.h"
#include "nn/layers/functions/promotion.h"
#include "nn/layers/rearrange.h"
#include "nn/ops/index.h"
#include "nn/ops/matmul.h"
#include "nn/ops/sum.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// A factor of an einsum: a tensor and the label of each of its axes.
struct Factor {
  Value value;
  std::vector<int64_t> labels;

  bool Has(int64_t label) const { return std::find(labels.begin(), labels.end(), label) != labels.end(); }
};

class Contraction {
 public:
  Contraction(Trace& trace, const EinsumEquation& equation) : trace_(trace), equation_(equation) {}

  absl::StatusOr<Value> Apply(const std::vector<Value>& operands) {
    RETURN_IF_ERROR(FindExtents(operands));
    ASSIGN_OR_RETURN(Factor product, Prepare(operands[0], 0));
    for (size_t i = 1; i < operands.size(); ++i) {
      ASSIGN_OR_RETURN(const Factor factor, Prepare(operands[i], i));
      ASSIGN_OR_RETURN(product, Multiply(product, factor, i));
    }
    ASSIGN_OR_RETURN(product, SumAway(product, [&](int64_t label) { return IsResult(label); }));
    std::vector<int64_t> all(equation_.result_labels);
    std::iota(all.begin(), all.end(), int64_t{0});
    return Arrange(product, all);
  }

 private:
  bool IsResult(int64_t label) const { return static_cast<size_t>(label) < equation_.result_labels; }

  absl::Status FindExtents(const std::vector<Value>& operands) {
    extents_.assign(equation_.labels, 1);
    for (size_t i = 0; i < operands.size(); ++i) {
      const Shape& shape = trace_.spec(operands[i]).shape;
      RETURN_IF_ERROR(CheckDiagonals(shape, i));
      for (size_t axis = 0; axis < shape.rank(); ++axis) {
        int64_t& extent = extents_[equation_.operands[i][axis]];
        if (extent == 1) extent = shape[axis];
        if (shape[axis] == 1 || shape[axis] == extent) continue;
        return absl::InvalidArgumentError(absl::StrCat(
            "einsum(): subscript ", equation_.names[equation_.operands[i][axis]], " has size ", shape[axis],
            " for operand ", i, " which does not broadcast with previously seen size ", extent));
      }
    }
    return absl::OkStatus();
  }

  // Axes of one operand with the same label must have one extent: nothing is broadcast there.
  absl::Status CheckDiagonals(const Shape& shape, size_t operand) const {
    const std::vector<int64_t>& labels = equation_.operands[operand];
    for (size_t axis = 0; axis < labels.size(); ++axis) {
      const size_t first = std::find(labels.begin(), labels.end(), labels[axis]) - labels.begin();
      if (shape[first] == shape[axis]) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("einsum(): subscript ", equation_.names[labels[axis]], " is repeated for operand ", operand,
                       " but the sizes don't match, ", shape[axis], " != ", shape[first]));
    }
    return absl::OkStatus();
  }

  // An operand with each label once: of axes with the same label the diagonal.
  absl::StatusOr<Factor> Prepare(Value operand, size_t i) {
    Factor factor{operand, equation_.operands[i]};
    for (size_t axis = 0; axis < factor.labels.size(); ++axis) {
      const auto again =
          std::find(factor.labels.begin() + static_cast<int64_t>(axis) + 1, factor.labels.end(), factor.labels[axis]);
      if (again == factor.labels.end()) continue;
      ASSIGN_OR_RETURN(factor, Diagonal(factor, axis, static_cast<size_t>(again - factor.labels.begin())));
      --axis;  // It may come a third time.
    }
    return factor;
  }

  absl::StatusOr<Factor> Diagonal(const Factor& factor, size_t a, size_t b) {
    const Shape shape = trace_.spec(factor.value).shape;
    // Both axes to the front, and the same index for both.
    std::vector<int64_t> order = {static_cast<int64_t>(a), static_cast<int64_t>(b)};
    Factor diagonal{factor.value, {factor.labels[a]}};
    for (size_t axis = 0; axis < shape.rank(); ++axis) {
      if (axis == a || axis == b) continue;
      order.push_back(static_cast<int64_t>(axis));
      diagonal.labels.push_back(factor.labels[axis]);
    }
    ASSIGN_OR_RETURN(const Value moved, PermuteAxes(trace_, factor.value, std::move(order)));
    ASSIGN_OR_RETURN(Tensor indices, Tensor::Allocate({DType::kInt64, {shape[a]}}));
    std::iota(indices.mutable_elements<int64_t>().begin(), indices.mutable_elements<int64_t>().end(), int64_t{0});
    const Value index = trace_.Constant(std::move(indices));
    ASSIGN_OR_RETURN(diagonal.value, trace_.Apply<IndexOp>({.axis = 0}, {moved, index, index}));
    return diagonal;
  }

  // The factor with its labels in this order; labels that it lacks are axes of extent 1.
  absl::StatusOr<Value> Arrange(const Factor& factor, const std::vector<int64_t>& labels) {
    std::vector<int64_t> order;
    Shape shape;
    for (const int64_t label : labels) {
      const auto found = std::find(factor.labels.begin(), factor.labels.end(), label);
      if (found == factor.labels.end()) {
        shape.push_back(1);
        continue;
      }
      order.push_back(found - factor.labels.begin());
      shape.push_back(trace_.spec(factor.value).shape[order.back()]);
    }
    ASSIGN_OR_RETURN(const Value moved, PermuteAxes(trace_, factor.value, std::move(order)));
    return ReshapeTo(trace_, moved, std::move(shape));
  }

  // The sum over the axes whose labels are not kept.
  template <class Keep>
  absl::StatusOr<Factor> SumAway(const Factor& factor, Keep keep) {
    Factor sum;
    SumOp::Attrs summed;
    for (size_t axis = 0; axis < factor.labels.size(); ++axis) {
      if (keep(factor.labels[axis])) {
        sum.labels.push_back(factor.labels[axis]);
      } else {
        summed.axes.push_back(static_cast<int64_t>(axis));
      }
    }
    if (summed.axes.empty()) return factor;
    ASSIGN_OR_RETURN(sum.value, trace_.Apply<SumOp>(summed, {factor.value}));
    return sum;
  }

  bool IsNeededAfter(int64_t label, size_t operand) const {
    if (IsResult(label)) return true;
    for (size_t i = operand + 1; i < equation_.operands.size(); ++i) {
      const std::vector<int64_t>& labels = equation_.operands[i];
      if (std::find(labels.begin(), labels.end(), label) != labels.end()) return true;
    }
    return false;
  }

  int64_t ExtentOf(const Factor& factor, int64_t label) const {
    const auto found = std::find(factor.labels.begin(), factor.labels.end(), label);
    return found == factor.labels.end() ? 1 : trace_.spec(factor.value).shape[found - factor.labels.begin()];
  }

  // The product of what was multiplied so far and operand `index`, as one batched matrix product: labels of both that
  // are needed later are the batch, labels of both that are not are summed over.
  absl::StatusOr<Factor> Multiply(const Factor& left, const Factor& right, size_t index) {
    ASSIGN_OR_RETURN(const Factor a,
                     SumAway(left, [&](int64_t label) { return right.Has(label) || IsNeededAfter(label, index); }));
    ASSIGN_OR_RETURN(const Factor b,
                     SumAway(right, [&](int64_t label) { return left.Has(label) || IsNeededAfter(label, index); }));
    std::vector<int64_t> batch, rows, columns, summed;
    for (const int64_t label : a.labels) {
      const bool shared = b.Has(label);
      // What is broadcast can only be part of the batch.
      const bool inner = shared && !IsNeededAfter(label, index) && ExtentOf(a, label) == ExtentOf(b, label);
      (inner ? summed : shared ? batch : rows).push_back(label);
    }
    for (const int64_t label : b.labels) {
      if (!a.Has(label)) columns.push_back(label);
    }
    ASSIGN_OR_RETURN(Factor product, BatchedProduct(a, b, batch, rows, columns, summed));
    return SumAway(product, [&](int64_t label) { return IsNeededAfter(label, index); });
  }

  absl::StatusOr<Factor> BatchedProduct(const Factor& a, const Factor& b, const std::vector<int64_t>& batch,
                                        const std::vector<int64_t>& rows, const std::vector<int64_t>& columns,
                                        const std::vector<int64_t>& summed) {
    ASSIGN_OR_RETURN(const Value left, AsMatrices(a, batch, rows, summed));
    ASSIGN_OR_RETURN(const Value right, AsMatrices(b, batch, summed, columns));
    ASSIGN_OR_RETURN(const Value matrices, trace_.Apply<MatmulOp>({}, {left, right}));
    Factor product{matrices, batch};
    Shape shape(trace_.spec(matrices).shape.extents().first(batch.size()));
    for (const auto& [factor, labels] : {std::pair{&a, &rows}, std::pair{&b, &columns}}) {
      for (const int64_t label : *labels) {
        shape.push_back(ExtentOf(*factor, label));
        product.labels.push_back(label);
      }
    }
    ASSIGN_OR_RETURN(product.value, ReshapeTo(trace_, matrices, std::move(shape)));
    return product;
  }

  // [batch..., all of `rows`, all of `columns`].
  absl::StatusOr<Value> AsMatrices(const Factor& factor, const std::vector<int64_t>& batch,
                                   const std::vector<int64_t>& rows, const std::vector<int64_t>& columns) {
    std::vector<int64_t> order = batch;
    order.insert(order.end(), rows.begin(), rows.end());
    order.insert(order.end(), columns.begin(), columns.end());
    ASSIGN_OR_RETURN(const Value arranged, Arrange(factor, order));
    const Shape& shape = trace_.spec(arranged).shape;
    Shape matrices(shape.extents().first(batch.size()));
    matrices.push_back(shape.numel(batch.size(), batch.size() + rows.size()));
    matrices.push_back(shape.numel(batch.size() + rows.size(), shape.rank()));
    return ReshapeTo(trace_, arranged, std::move(matrices));
  }

  Trace& trace_;
  const EinsumEquation& equation_;
  std::vector<int64_t> extents_;  // By label.
};

}  // namespace

absl::StatusOr<Value> Einsum(Trace& trace, absl::string_view equation, const std::vector<Value>& operands) {
  std::vector<Shape> shapes;
  shapes.reserve(operands.size());
  for (const Value operand : operands) shapes.push_back(trace.spec(operand).shape);
  ASSIGN_OR_RETURN(const EinsumEquation read, ReadEinsum(equation, shapes));
  return Contraction(trace, read).Apply(operands);
}

}  // namespace moduled::nn::functions
