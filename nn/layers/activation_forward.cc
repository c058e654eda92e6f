#include "nn/layers/activation_forward.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/formula.h"
#include "nn/ops/detach.h"
#include "nn/ops/extremum.h"
#include "nn/ops/leaky_relu.h"
#include "nn/ops/log_softmax.h"
#include "nn/ops/neg.h"
#include "nn/ops/one_hot.h"
#include "nn/ops/permute.h"
#include "nn/ops/sigmoid.h"
#include "nn/ops/slice.h"
#include "nn/ops/softmax.h"
#include "nn/ops/uniform_noise.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// x where x > 0, else slopes x.
Value Leak(Formula& f, Value x, Value slopes) {
  return f.Where(f.Compare(Comparison::kGreater, x, 0), x, f.Mul(slopes, x));
}

template <class SoftmaxLike>
absl::StatusOr<Value> AlongAxis(Trace& trace, Value input, std::optional<int64_t> dim) {
  const size_t rank = trace.spec(input).shape.rank();
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim.value_or(ImplicitSoftmaxAxis(rank)), rank));
  return trace.Apply<SoftmaxLike>({.axis = axis}, {input});
}

// -log of a standard exponential sample, which is itself -log of a uniform one. Float's neighbours of 0 and 1 bound it:
// no sample is infinite.
Value GumbelNoise(Formula& f, Value like, uint64_t seed) {
  constexpr double kStep = 0x1p-24;
  const Value uniform = f.Apply<UniformNoiseOp>({.low = kStep, .high = 1 - kStep, .seed = seed}, {like});
  return f.Neg(f.Log(f.Neg(f.Log(uniform))));
}

}  // namespace

absl::StatusOr<Value> Glu(Trace& trace, Value input, int64_t dim) {
  const Shape shape = trace.spec(input).shape;
  if (shape.empty()) {
    return absl::InvalidArgumentError("glu does not support scalars because halving size must be even");
  }
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, shape.rank()));
  if (shape[axis] % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Halving dimension must be even, but dimension ", axis, " is size ", shape[axis]));
  }
  Formula f(trace);
  const int64_t half = shape[axis] / 2;
  const Value a = f.Apply<SliceOp>({.axis = axis, .start = 0, .length = half}, {input});
  const Value b = f.Apply<SliceOp>({.axis = axis, .start = half, .length = half}, {input});
  return f.Result(f.Mul(a, f.Apply<SigmoidOp>({}, {b})));
}

absl::StatusOr<Value> Prelu(Trace& trace, Value input, Value weight) {
  const Shape shape = trace.spec(input).shape;
  if (const size_t rank = trace.spec(weight).shape.rank(); rank > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("prelu: Expected `weight` to be a scalar or 1D tensor, but got ndim = ", rank));
  }
  const int64_t parameters = trace.spec(weight).shape.numel();
  Formula f(trace);
  Shape broadcast;
  if (parameters != 1) {
    if (shape.empty()) return absl::InvalidArgumentError("Not allow zero-dim input tensor.");
    const int64_t channels = shape.rank() > 1 ? shape[1] : 1;
    if (channels != parameters) {
      return absl::InvalidArgumentError(
          absl::StrCat("Mismatch of parameter numbers and input channel size. Found parameter numbers = ", parameters,
                       " and channel size = ", channels, "."));
    }
    broadcast.push_back(parameters);
    for (size_t axis = 2; axis < shape.rank(); ++axis) broadcast.push_back(1);
  }
  return f.Result(Leak(f, input, f.Reshape(weight, broadcast)));
}

absl::StatusOr<Value> Rrelu(Trace& trace, Value input, double lower, double upper, bool training, uint64_t seed) {
  if (!training) return trace.Apply<LeakyReluOp>({.slope = (lower + upper) / 2}, {input});
  Formula f(trace);
  const Value slopes = f.Apply<UniformNoiseOp>({.low = lower, .high = upper, .seed = seed}, {input});
  return f.Result(Leak(f, input, slopes));
}

absl::StatusOr<Value> Softmax(Trace& trace, Value input, std::optional<int64_t> dim) {
  return AlongAxis<SoftmaxOp>(trace, input, dim);
}

absl::StatusOr<Value> Softmin(Trace& trace, Value input, std::optional<int64_t> dim) {
  ASSIGN_OR_RETURN(const Value negative, trace.Apply<NegOp>({}, {input}));
  return AlongAxis<SoftmaxOp>(trace, negative, dim);
}

absl::StatusOr<Value> LogSoftmax(Trace& trace, Value input, std::optional<int64_t> dim) {
  return AlongAxis<LogSoftmaxOp>(trace, input, dim);
}

absl::StatusOr<Value> GumbelSoftmax(Trace& trace, Value input, double tau, bool hard, int64_t dim, uint64_t seed) {
  const TensorSpec spec = trace.spec(input);
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, spec.shape.rank()));
  if (!IsFloatingPoint(spec.dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"exponential_cpu\" not implemented for '", ScalarName(spec.dtype), "'"));
  }
  Formula f(trace);
  const Value noisy = f.Div(f.Add(input, GumbelNoise(f, input, seed)), tau);
  const Value soft = f.Apply<SoftmaxOp>({.axis = axis}, {noisy});
  if (!hard || spec.shape.empty()) return f.Result(soft);
  ASSIGN_OR_RETURN(const Value result, f.Result(soft));
  ASSIGN_OR_RETURN(const std::vector<Value> greatest, trace.Apply(Op::Of<ExtremumOp>({.axis = axis}), {result}));
  Value one_hot = f.Apply<OneHotOp>({.classes = spec.shape[axis]}, {greatest[1]});  // The classes behind all axes.
  std::vector<int64_t> axes;
  const auto last = static_cast<int64_t>(spec.shape.rank()) - 1;
  for (int64_t i = 0; i <= last; ++i) axes.push_back(i < axis ? i : (i == axis ? last : i - 1));
  one_hot = f.Cast(f.Apply<PermuteOp>({.axes = std::move(axes)}, {one_hot}), spec.dtype);
  return f.Result(f.Add(f.Sub(one_hot, f.Apply<DetachOp>({}, {soft})), soft));
}

}  // namespace moduled::nn
