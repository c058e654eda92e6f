#include "nn/layers/axes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/ops/cast.h"
#include "nn/ops/reshape.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<int64_t> NormalizeAxis(int64_t axis, size_t rank) {
  const int64_t axes = std::max<int64_t>(1, static_cast<int64_t>(rank));
  if (axis < -axes || axis >= axes) {
    return absl::InvalidArgumentError(absl::StrCat("Dimension out of range (expected to be in range of [", -axes, ", ",
                                                   axes - 1, "], but got ", axis, ")"));
  }
  return axis < 0 ? axis + axes : axis;
}

absl::StatusOr<std::vector<int64_t>> NormalizeAxes(absl::Span<const int64_t> axes, size_t rank) {
  std::vector<int64_t> normalized;
  for (const int64_t axis : axes) {
    ASSIGN_OR_RETURN(const int64_t found, NormalizeAxis(axis, rank));
    if (std::find(normalized.begin(), normalized.end(), found) != normalized.end()) {
      return absl::InvalidArgumentError(absl::StrCat("dim ", found, " appears multiple times in the list of dims"));
    }
    normalized.push_back(found);
  }
  return normalized;
}

absl::StatusOr<Shape> ResolveShape(absl::Span<const int64_t> shape, int64_t numel) {
  Shape resolved(shape);
  size_t inferred = shape.size();
  int64_t known = 1;
  bool fits = true;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < -1) return absl::InvalidArgumentError(absl::StrCat("invalid shape dimension ", shape[i]));
    if (shape[i] >= 0) {
      fits = !__builtin_mul_overflow(known, shape[i], &known) && fits;
    } else if (inferred != shape.size()) {
      return absl::InvalidArgumentError("only one dimension can be inferred");
    } else {
      inferred = i;
    }
  }
  const std::string text = absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
  const bool infers = inferred != shape.size();
  if (!fits || (infers ? known != 0 && numel % known != 0 : known != numel) || (infers && known == 0 && numel != 0)) {
    return absl::InvalidArgumentError(absl::StrCat("shape '", text, "' is invalid for input of size ", numel));
  }
  if (!infers) return resolved;
  if (known == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot reshape tensor of 0 elements into shape ", text,
                     " because the unspecified dimension size -1 can be any value and is ambiguous"));
  }
  resolved[inferred] = numel / known;
  return resolved;
}

absl::StatusOr<Value> FlattenAxes(Trace& trace, Value input, int64_t start, int64_t end) {
  const Shape& shape = trace.spec(input).shape;
  ASSIGN_OR_RETURN(const int64_t first, NormalizeAxis(start, shape.rank()));
  ASSIGN_OR_RETURN(const int64_t last, NormalizeAxis(end, shape.rank()));
  if (first > last) {
    return absl::InvalidArgumentError("flatten() has invalid args: start_dim cannot come after end_dim");
  }
  if (shape.rank() == 0) return ReshapeTo(trace, input, {1});
  Shape flat(shape.extents().subspan(0, first));
  flat.push_back(shape.numel(first, last + 1));
  for (const int64_t extent : shape.extents().subspan(last + 1)) flat.push_back(extent);
  return ReshapeTo(trace, input, std::move(flat));
}

absl::StatusOr<Value> UnflattenAxis(Trace& trace, Value input, int64_t axis, absl::Span<const int64_t> sizes) {
  const Shape shape = trace.spec(input).shape;
  if (sizes.empty()) return absl::InvalidArgumentError("unflatten: sizes must be non-empty");
  ASSIGN_OR_RETURN(const int64_t divided, NormalizeAxis(axis, shape.rank()));
  if (shape.empty()) return absl::InvalidArgumentError("unflatten: a tensor without axes has none to divide");
  if (std::count(sizes.begin(), sizes.end(), -1) > 1) {
    return absl::InvalidArgumentError("unflatten got an unexpected error:\nonly one dimension can be inferred");
  }
  const absl::StatusOr<Shape> parts = ResolveShape(sizes, shape[divided]);
  if (!parts.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("unflatten: Provided sizes [", absl::StrJoin(sizes, ", "),
                                                   "] don't multiply up to the size of dim ", divided, " (",
                                                   shape[divided], ") in the input tensor"));
  }
  Shape whole(shape.extents().first(divided));
  for (const int64_t extent : *parts) whole.push_back(extent);
  for (const int64_t extent : shape.extents().subspan(divided + 1)) whole.push_back(extent);
  return ReshapeTo(trace, input, std::move(whole));
}

absl::StatusOr<Value> ReshapeTo(Trace& trace, Value input, Shape shape) {
  if (trace.spec(input).shape == shape) return input;
  return trace.Apply<ReshapeOp>({.shape = std::move(shape)}, {input});
}

absl::StatusOr<Value> CastTo(Trace& trace, Value input, DType dtype) {
  if (trace.spec(input).dtype == dtype) return input;
  return trace.Apply<CastOp>({.dtype = dtype}, {input});
}

}  // namespace moduled::nn
