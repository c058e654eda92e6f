#include "nn/layers/functions/layer_norm.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/trace.h"
#include "nn/ops/layer_norm.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)
absl::StatusOr<Symbol> LayerNorm(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind(
          "layer_norm", /*is_method=*/false,
          {{"input"}, {"normalized_shape"}, {"weight", kOptional}, {"bias", kOptional}, {"eps", kOptional}},
          arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> normalized, bound.Ints(1));
  LayerNormOp::Attrs attrs = {
      .axes = static_cast<int64_t>(normalized.size()), .weight = !bound.IsNone(2), .bias = !bound.IsNone(3)};
  if (!bound.IsNone(4)) {
    const double* const eps = bound.Find(4)->As<double>();
    if (eps == nullptr) return bound.WrongType(4, "float");
    attrs.eps = *eps;
  }
  const Shape& shape = trace.spec(input).shape;
  if (normalized.empty()) {
    return absl::InvalidArgumentError(
        "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
        "normalized_shape = []");
  }
  if (shape.rank() < normalized.size() ||
      shape.extents().subspan(shape.rank() - normalized.size()) != absl::MakeConstSpan(normalized)) {
    const std::string want = absl::StrJoin(normalized, ", ");
    return absl::InvalidArgumentError(absl::StrCat("Given normalized_shape=[", want,
                                                   "], expected input with shape [*, ", want,
                                                   "], but got input of size", shape.ToString()));
  }
  std::vector<Value> inputs = {input};
  for (const size_t i : {2, 3}) {
    if (bound.IsNone(i)) continue;
    ASSIGN_OR_RETURN(const Value state, bound.Tensor(i));
    inputs.push_back(state);
  }
  return trace.Apply<LayerNormOp>(attrs, inputs);
}

constexpr Function kFunctions[] = {
    {"layer_norm", LayerNorm},
};

}  // namespace

absl::Span<const Function> LayerNormFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
