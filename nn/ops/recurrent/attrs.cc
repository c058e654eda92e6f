#include "nn/ops/recurrent/attrs.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/ops/blas/blas.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckShape(absl::string_view what, const TensorSpec& spec, const Shape& want) {
  if (spec.shape == want) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("recurrent: ", what, " has the wrong shape (got ",
                                                 spec.shape.ToString(), ", want ", want.ToString(), ")"));
}

absl::Status CheckWeights(const RecurrentAttrs& attrs, const RecurrentSizes& sizes, absl::Span<const TensorSpec> in) {
  const int64_t gates = in[RecurrentAttrs::kGates].shape[1];
  RETURN_IF_ERROR(CheckShape("h0", in[RecurrentAttrs::kH0], {sizes.batch, sizes.width}));
  if (attrs.lstm()) RETURN_IF_ERROR(CheckShape("c0", in[RecurrentAttrs::kC0], {sizes.batch, sizes.hidden}));
  RETURN_IF_ERROR(CheckShape("w_hh", in[attrs.w_hh()], {gates, sizes.width}));
  if (attrs.bias) RETURN_IF_ERROR(CheckShape("b_hh", in[attrs.b_hh()], {gates}));
  if (attrs.projected) RETURN_IF_ERROR(CheckShape("w_hr", in[attrs.w_hr()], {sizes.width, sizes.hidden}));
  if (attrs.packed) return CheckShape("batch_sizes", in[attrs.batch_sizes()], {sizes.steps});
  return absl::OkStatus();
}

absl::Status CheckTypes(const RecurrentAttrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckDType("recurrent", in[0].dtype, kComputedFloats));
  if (attrs.packed && in[attrs.batch_sizes()].dtype != DType::kInt64) {
    return absl::InvalidArgumentError("batch_sizes should always be on CPU and of type int64");
  }
  return CheckSameDType("recurrent", in.first(in.size() - (attrs.packed ? 1 : 0)));
}

}  // namespace

absl::StatusOr<RecurrentSizes> MeasureRecurrent(const RecurrentAttrs& attrs, absl::Span<const TensorSpec> in) {
  if (attrs.projected && !attrs.lstm()) {
    return absl::InvalidArgumentError("proj_size argument is only supported for LSTM, not RNN or GRU");
  }
  RETURN_IF_ERROR(CheckInputCount("recurrent", in, attrs.inputs()));
  RETURN_IF_ERROR(CheckTypes(attrs, in));
  const Shape& gates = in[RecurrentAttrs::kGates].shape;
  const Shape& h0 = in[RecurrentAttrs::kH0].shape;
  const Shape& last = in.back().shape;
  if (gates.rank() != 2 || h0.rank() != 2 || gates[1] == 0 || gates[1] % attrs.gates() != 0 || last.rank() == 0) {
    return absl::InvalidArgumentError(absl::StrCat("recurrent: wrong shapes (got gates ", gates.ToString(), " and h0 ",
                                                   h0.ToString(), ", want [rows, ", attrs.gates(),
                                                   " n] and [batch, width])"));
  }
  RecurrentSizes sizes;
  sizes.rows = gates[0];
  sizes.batch = h0[0];
  sizes.hidden = gates[1] / attrs.gates();
  sizes.width = attrs.projected ? h0[1] : sizes.hidden;
  if (attrs.packed) {
    sizes.steps = last[0];
  } else if (sizes.batch > 0) {
    sizes.steps = sizes.rows / sizes.batch;
  }
  if (!attrs.packed && sizes.steps * sizes.batch != sizes.rows) {
    return absl::InvalidArgumentError(absl::StrCat("recurrent: the rows are not those of whole steps (got ", sizes.rows,
                                                   " rows, want a multiple of ", sizes.batch, ")"));
  }
  RETURN_IF_ERROR(CheckWeights(attrs, sizes, in));
  if (!blas::Fits(std::max({gates[1], sizes.batch, sizes.width}))) {
    return absl::InvalidArgumentError("recurrent: too large (an extent is beyond 2147483647)");
  }
  return sizes;
}

}  // namespace moduled::nn
