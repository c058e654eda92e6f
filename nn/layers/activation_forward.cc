#include "nn/layers/activation_forward.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/formula.h"
#include "nn/ops/leaky_relu.h"
#include "nn/ops/sigmoid.h"
#include "nn/ops/slice.h"
#include "nn/ops/uniform_noise.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

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
  const Value slopes = f.Reshape(weight, broadcast);
  const Value positive = f.Relu(input);
  return f.Result(f.Add(positive, f.Mul(slopes, f.Sub(input, positive))));
}

absl::StatusOr<Value> Rrelu(Trace& trace, Value input, double lower, double upper, bool training, uint64_t seed) {
  if (!training) return trace.Apply<LeakyReluOp>({.slope = (lower + upper) / 2}, {input});
  Formula f(trace);
  const Value slopes = f.Apply<UniformNoiseOp>({.low = lower, .high = upper, .seed = seed}, {input});
  const Value positive = f.Relu(input);
  return f.Result(f.Add(positive, f.Mul(slopes, f.Sub(input, positive))));
}

}  // namespace moduled::nn
