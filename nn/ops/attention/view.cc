#include "nn/ops/attention/view.h"

#include "absl/strings/str_cat.h"

namespace moduled::nn::attention {
namespace {

View SeparateView(const Shape& shape) {
  View view;
  view.rows = shape.At(-2);
  view.columns = shape.At(-1);
  view.row_step = view.columns;
  for (size_t axis = 0; axis + 2 < shape.rank(); ++axis) {
    view.batch.push_back(shape[axis]);
    view.steps.push_back(shape.numel(axis + 1, shape.rank()));
  }
  return view;
}

// The index-th of `parts` parts of the rows.
View HeadsView(HeadLayout layout, int64_t heads, const Shape& shape, int64_t parts, int64_t index) {
  const int64_t width = shape.At(-1);
  View view;
  view.columns = width / parts / heads;
  view.offset = index * view.columns * heads;
  if (layout == HeadLayout::kSequenceFirst) {
    view.rows = shape[0];
    view.row_step = shape[1] * width;
    view.batch = {shape[1]};
    view.steps = {width};
  } else {
    view.rows = shape.At(-2);
    view.row_step = width;
    for (size_t axis = 0; axis + 2 < shape.rank(); ++axis) {
      view.batch.push_back(shape[axis]);
      view.steps.push_back(shape.numel(axis + 1, shape.rank()));
    }
  }
  view.batch.push_back(heads);
  view.steps.push_back(view.columns);
  return view;
}

}  // namespace

Shape View::shape() const {
  Shape shape = batch;
  shape.push_back(rows);
  shape.push_back(columns);
  return shape;
}

Views ViewsOf(const AttentionOp::Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (attrs.layout == HeadLayout::kSeparate) {
    return {SeparateView(in[0].shape), SeparateView(in[1].shape), SeparateView(in[2].shape)};
  }
  const auto view = [&](size_t index) {
    return attrs.packed ? HeadsView(attrs.layout, attrs.heads, in[0].shape, 3, static_cast<int64_t>(index))
                        : HeadsView(attrs.layout, attrs.heads, in[index].shape, 1, 0);
  };
  return {view(0), view(1), view(2)};
}

View ViewOfOutput(const AttentionOp::Attrs& attrs, const Shape& shape) {
  if (attrs.layout == HeadLayout::kSeparate) return SeparateView(shape);
  return HeadsView(attrs.layout, attrs.heads, shape, 1, 0);
}

Shape OutputShape(HeadLayout layout, const Shape& matrices) {
  if (layout == HeadLayout::kSeparate) return matrices;
  const size_t rank = matrices.rank();
  const int64_t heads = matrices.At(-3), rows = matrices.At(-2), columns = matrices.At(-1);
  if (layout == HeadLayout::kSequenceFirst) return {rows, matrices[0], heads * columns};
  Shape shape(matrices.extents().first(rank - 3));
  shape.push_back(rows);
  shape.push_back(heads * columns);
  return shape;
}

absl::Status CheckLayout(const AttentionOp::Attrs& attrs, absl::Span<const TensorSpec> in) {
  const bool separate = attrs.layout == HeadLayout::kSeparate;
  if (attrs.heads < 1 || (separate && (attrs.packed || attrs.heads != 1))) {
    return absl::InvalidArgumentError(absl::StrCat("attention: ", attrs.heads, " heads in such a layout"));
  }
  const int64_t parts = attrs.heads * (attrs.packed ? 3 : 1);
  for (const TensorSpec& spec : in) {
    const Shape& shape = spec.shape;
    const bool fits = attrs.layout == HeadLayout::kSequenceFirst ? shape.rank() == 3 : shape.rank() >= 2;
    if (!fits || shape.At(-1) % parts != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("attention: ", shape.ToString(), " does not divide into ", attrs.heads, " heads"));
    }
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn::attention
