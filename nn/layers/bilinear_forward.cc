#include "nn/layers/bilinear_forward.h"

#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/formula.h"
#include "nn/ops/matmul.h"
#include "nn/ops/permute.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status Check(const Shape& x1, const Shape& x2, const Shape& weight) {
  if (weight.rank() != 3) {
    return absl::InvalidArgumentError(absl::StrCat("bilinear(): the weight must be 3D (got ", weight.ToString(), ")"));
  }
  if (x1.rank() != x2.rank() || x1.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("bilinear(): input dimensions do not match: got ", x1.rank(), " and ", x2.rank()));
  }
  for (size_t axis = 0; axis + 1 < x1.rank(); ++axis) {
    if (x1[axis] == x2[axis]) continue;
    return absl::InvalidArgumentError(absl::StrCat("bilinear(): input batch dimensions do not match at dim ", axis,
                                                   ": got ", x1[axis], " and ", x2[axis]));
  }
  for (const auto& [name, x, axis] : {std::tuple("input1", &x1, size_t{1}), std::tuple("input2", &x2, size_t{2})}) {
    if (x->At(-1) == weight[axis]) continue;
    return absl::InvalidArgumentError(absl::StrCat("bilinear(): ", name, " size does not match weight size: got ",
                                                   x->At(-1), " but expected ", weight[axis]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Value> Bilinear(Trace& trace, Value x1, Value x2, Value weight, std::optional<Value> bias) {
  const Shape shape = trace.spec(x1).shape;
  const Shape weights = trace.spec(weight).shape;
  RETURN_IF_ERROR(Check(shape, trace.spec(x2).shape, weights));
  const int64_t rows = shape.numel(0, shape.rank() - 1);
  const int64_t out = weights[0];
  Formula f(trace);
  // One product for all outputs: [rows, in1] [in1, out in2].
  const Value matrix = f.Reshape(f.Apply<PermuteOp>({.axes = {1, 0, 2}}, {weight}), {weights[1], out * weights[2]});
  Value product = f.Apply<MatmulOp>({}, {f.Reshape(x1, {rows, weights[1]}), matrix});
  product = f.Mul(f.Reshape(product, {rows, out, weights[2]}), f.Reshape(x2, {rows, 1, weights[2]}));
  Shape result;
  for (size_t axis = 0; axis + 1 < shape.rank(); ++axis) result.push_back(shape[axis]);
  result.push_back(out);
  Value y = f.Reshape(f.Sum(product, 2), std::move(result));
  if (bias.has_value()) y = f.Add(y, *bias);
  return f.Result(y);
}

}  // namespace moduled::nn
