#include "nn/layers/functions/shape.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/functions/promotion.h"
#include "nn/layers/rearrange.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// reshape or view: `sizes` is what the second argument is called.
absl::StatusOr<Symbol> ReshapeAs(absl::string_view function, absl::string_view sizes, Trace& trace,
                                 const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(function), /*is_method=*/false, {{"input"}, {sizes}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> wanted, bound.Ints(1));
  ASSIGN_OR_RETURN(Shape shape, ResolveShape(wanted, trace.spec(input).numel()));
  return ReshapeTo(trace, input, std::move(shape));
}

// cat(tensors, dim=0)
absl::StatusOr<Symbol> Cat(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("cat", /*is_method=*/false, {{"tensors"}, {"dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(std::vector<Value> tensors, bound.Tensors(0));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1, 0));
  if (tensors.empty()) return absl::InvalidArgumentError("torch.cat(): expected a non-empty list of Tensors");
  // Tensors of shape [0] fit to every rank, for the sake of old programs.
  const auto ranked =
      std::find_if(tensors.begin(), tensors.end(), [&](Value tensor) { return trace.spec(tensor).shape != Shape{0}; });
  const size_t rank = ranked == tensors.end() ? 1 : trace.spec(*ranked).shape.rank();
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, rank));
  const std::vector<Symbol> operands(tensors.begin(), tensors.end());
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, operands));
  for (Value& tensor : tensors) {
    ASSIGN_OR_RETURN(tensor, CastTo(trace, tensor, dtype));
  }
  return trace.Apply<CatOp>({.axis = axis}, tensors);
}

// flatten(input, start_dim=0, end_dim=-1)
absl::StatusOr<Symbol> Flatten(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("flatten", /*is_method=*/false,
                                        {{"input"}, {"start_dim", kOptional}, {"end_dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t start, bound.Int(1, 0));
  ASSIGN_OR_RETURN(const int64_t end, bound.Int(2, -1));
  return FlattenAxes(trace, input, start, end);
}

// reshape(input, shape)
absl::StatusOr<Symbol> Reshape(Trace& trace, const Arguments& arguments) {
  return ReshapeAs("reshape", "shape", trace, arguments);
}

// view(input, size)
absl::StatusOr<Symbol> View(Trace& trace, const Arguments& arguments) {
  return ReshapeAs("view", "size", trace, arguments);  // Every tensor is contiguous: a view always exists.
}

// permute(input, dims)
absl::StatusOr<Symbol> Permute(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("permute", /*is_method=*/false, {{"input"}, {"dims"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> dims, bound.Ints(1));
  const size_t rank = trace.spec(input).shape.rank();
  if (dims.size() != rank) {
    return absl::InvalidArgumentError(absl::StrCat(
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
        "ordering of dimensions i.e. input.dim() = ",
        rank, " is not equal to len(dims) = ", dims.size()));
  }
  std::vector<int64_t> axes;
  for (const int64_t dim : dims) {
    ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, rank));
    if (std::find(axes.begin(), axes.end(), axis) != axes.end()) {
      return absl::InvalidArgumentError("permute(): duplicate dims are not allowed.");
    }
    axes.push_back(axis);
  }
  return PermuteAxes(trace, input, std::move(axes));
}

// transpose(input, dim0, dim1)
absl::StatusOr<Symbol> Transpose(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("transpose", /*is_method=*/false, {{"input"}, {"dim0"}, {"dim1"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t dim0, bound.Int(1));
  ASSIGN_OR_RETURN(const int64_t dim1, bound.Int(2));
  const size_t rank = trace.spec(input).shape.rank();
  ASSIGN_OR_RETURN(const int64_t axis0, NormalizeAxis(dim0, rank));
  ASSIGN_OR_RETURN(const int64_t axis1, NormalizeAxis(dim1, rank));
  if (axis0 == axis1) return input;
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), int64_t{0});
  std::swap(axes[axis0], axes[axis1]);
  return PermuteAxes(trace, input, std::move(axes));
}

// size(input, dim=None): ints
absl::StatusOr<Symbol> Size(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("size", /*is_method=*/false, {{"input"}, {"dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  const Shape& shape = trace.spec(input).shape;
  if (bound.IsNone(1)) return Symbol::Tuple{{shape.begin(), shape.end()}};
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1));
  if (shape.rank() == 0) {
    return absl::InvalidArgumentError(absl::StrCat("Dimension specified as ", dim, " but tensor has no dimensions"));
  }
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, shape.rank()));
  return shape[axis];
}

constexpr Function kFunctions[] = {
    {"cat", Cat},         {"flatten", Flatten},     {"reshape", Reshape}, {"view", View},
    {"permute", Permute}, {"transpose", Transpose}, {"size", Size},
};

}  // namespace

absl::Span<const Function> ShapeFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
