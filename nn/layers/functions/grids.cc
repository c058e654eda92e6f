#include "nn/layers/functions/grids.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/ops/add.h"
#include "nn/ops/grid_sample.h"
#include "nn/ops/mul.h"
#include "nn/ops/slice.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

absl::StatusOr<GridMode> FindMode(absl::string_view name) {
  if (name == "bilinear") return GridMode::kLinear;
  if (name == "nearest") return GridMode::kNearest;
  if (name == "bicubic") return GridMode::kCubic;
  return Invalid(absl::StrCat(
      "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '", name, "'"));
}

absl::StatusOr<GridPadding> FindPadding(absl::string_view name) {
  if (name == "zeros") return GridPadding::kZeros;
  if (name == "border") return GridPadding::kBorder;
  if (name == "reflection") return GridPadding::kReflection;
  return Invalid(
      absl::StrCat("nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or "
                   "'reflection', but got: '",
                   name, "'"));
}

// None is False.
absl::StatusOr<bool> ReadAlignCorners(const BoundArguments& bound, size_t index) {
  return bound.IsNone(index) ? absl::StatusOr<bool>(false) : bound.Bool(index, false);
}

// grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None)
absl::StatusOr<Symbol> GridSample(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind(
          "grid_sample", /*is_method=*/false,
          {{"input"}, {"grid"}, {"mode", kOptional}, {"padding_mode", kOptional}, {"align_corners", kOptional}},
          arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value grid, bound.Tensor(1));
  ASSIGN_OR_RETURN(const std::optional<std::string> mode, bound.OptionalString(2));
  ASSIGN_OR_RETURN(const std::optional<std::string> padding, bound.OptionalString(3));
  GridSampling sampling;
  ASSIGN_OR_RETURN(sampling.mode, FindMode(mode.value_or("bilinear")));
  ASSIGN_OR_RETURN(sampling.padding, FindPadding(padding.value_or("zeros")));
  ASSIGN_OR_RETURN(sampling.align_corners, ReadAlignCorners(bound, 4));
  return trace.Apply<GridSampleOp>(sampling, {input, grid});
}

absl::Status CheckAffine(const TensorSpec& theta, const std::vector<int64_t>& size) {
  if (!IsFloatingPoint(theta.dtype)) {
    return Invalid(absl::StrCat("Expected theta to have floating point type, but got torch.", Name(theta.dtype)));
  }
  if (size.size() != 4 && size.size() != 5) {
    return Invalid(
        absl::StrCat("affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, "
                     "respectively. Got size ",
                     TupleRepr(size), "."));
  }
  const auto axes = static_cast<int64_t>(size.size()) - 2;
  const Shape& shape = theta.shape;
  if (shape.rank() != 3 || shape[1] != axes || shape[2] != axes + 1) {
    return Invalid(absl::StrCat("Expected a batch of ", axes, "D affine matrices of shape Nx", axes, "x", axes + 1,
                                " for size ", TupleRepr(size), ". Got torch.Size(", shape.ToString(), ")."));
  }
  if (std::any_of(size.begin(), size.end(), [](int64_t extent) { return extent <= 0; })) {
    return Invalid(absl::StrCat("Expected non-zero, positive output size. Got ", TupleRepr(size)));
  }
  if (shape[0] == size[0]) return absl::OkStatus();
  return Invalid(absl::StrCat("Expected size for first two dimensions of batch2 tensor to be: [", size[0], ", ",
                              axes + 1, "] but got: [", shape[0], ", ", axes + 1, "]."));
}

// The coordinates of the elements along an axis, shaped to broadcast over a grid [N, points..., axes]. The axis is one
// of the points'.
absl::StatusOr<Value> Coordinates(Trace& trace, size_t rank, size_t axis, int64_t extent, bool align_corners,
                                  DType dtype) {
  ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate({DType::kFloat64, {extent}}));
  const double steps = static_cast<double>(align_corners ? extent - 1 : extent);
  int64_t i = 0;
  for (double& coordinate : tensor.mutable_elements<double>()) {
    const double step = static_cast<double>(i++) + (align_corners ? 0 : 0.5);
    coordinate = steps == 0 ? 0 : 2 * step / steps - 1;  // As torch: a single corner is the middle.
  }
  Shape shape;
  for (size_t at = 0; at < rank; ++at) shape.push_back(at == axis ? extent : 1);
  ASSIGN_OR_RETURN(tensor, Convert(tensor, dtype));
  ASSIGN_OR_RETURN(tensor, tensor.Reshape(std::move(shape)));
  return trace.Constant(std::move(tensor));
}

// affine_grid(theta, size, align_corners=None): theta [N, axes, axes + 1] -> [N, points..., axes]. Column k of theta
// weighs the coordinates along the k-th last axis, the last column is added.
absl::StatusOr<Symbol> AffineGrid(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("affine_grid", /*is_method=*/false,
                                        {{"theta"}, {"size"}, {"align_corners", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value theta, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> size, bound.Ints(1));
  ASSIGN_OR_RETURN(const bool align_corners, ReadAlignCorners(bound, 2));
  const DType dtype = trace.spec(theta).dtype;
  RETURN_IF_ERROR(CheckAffine(trace.spec(theta), size));
  const size_t axes = size.size() - 2;
  Shape whole = {size[0]}, column_shape = {size[0]};
  for (size_t i = 0; i < axes; ++i) whole.push_back(size[i + 2]);
  for (size_t i = 0; i < axes; ++i) column_shape.push_back(1);
  for (Shape* shape : {&whole, &column_shape}) shape->push_back(static_cast<int64_t>(axes));
  RETURN_IF_ERROR((TensorSpec{dtype, whole}).Check());
  std::optional<Value> grid;
  for (size_t k = axes + 1; k-- > 0;) {
    ASSIGN_OR_RETURN(Value term,
                     trace.Apply<SliceOp>({.axis = 2, .start = static_cast<int64_t>(k), .length = 1}, {theta}));
    ASSIGN_OR_RETURN(term, ReshapeTo(trace, term, column_shape));
    if (k < axes) {
      ASSIGN_OR_RETURN(const Value along,
                       Coordinates(trace, axes + 2, axes - k, size[axes + 1 - k], align_corners, dtype));
      ASSIGN_OR_RETURN(term, trace.Apply<MulOp>({}, {term, along}));
    }
    if (grid.has_value()) {
      ASSIGN_OR_RETURN(term, trace.Apply<AddOp>({}, {*grid, term}));
    }
    grid = term;
  }
  return *grid;
}

constexpr Function kFunctions[] = {
    {"grid_sample", GridSample},
    {"affine_grid", AffineGrid},
};

}  // namespace

absl::Span<const Function> GridFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
