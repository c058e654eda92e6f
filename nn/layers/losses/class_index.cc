#include "nn/layers/losses/class_index.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/formula.h"
#include "nn/layers/losses/loss.h"
#include "nn/layers/losses/promoted.h"
#include "nn/layers/losses/reduction.h"
#include "nn/ops/log_softmax.h"
#include "nn/ops/nll_loss.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct ClassOptions {
  Reduction reduction;
  int64_t ignore_index;
  double label_smoothing = 0;
};

// Tensors of a loss: scores [classes], [n, classes] or [n, classes, ...], and the class of each position.
struct ClassTensors {
  Value input;
  Value target;
  std::optional<Value> weight;
};

int64_t ClassAxis(const Shape& input) { return input.rank() == 1 ? 0 : 1; }

absl::Status SizeMismatch(const Shape& input, const Shape& target) {
  return absl::InvalidArgumentError(
      absl::StrCat("size mismatch (got input: ", input.ToString(), ", target: ", target.ToString(), ")"));
}

// torch's checks, which differ with the rank.
absl::Status CheckClassShapes(const Shape& input, const Shape& target) {
  if (input.empty()) return absl::InvalidArgumentError("Expected 1 or more dimensions (got 0)");
  if (input.rank() == 1) return target.empty() ? absl::OkStatus() : SizeMismatch(input, target);
  if (target.empty() || input[0] != target[0]) {
    if (!target.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expected input batch_size (", input[0], ") to match target batch_size (", target[0], ")."));
    }
    return SizeMismatch(input, target);
  }
  if (input.rank() == 2) {
    if (target.rank() == 1) return absl::OkStatus();
    return absl::InvalidArgumentError("0D or 1D target tensor expected, multi-target not supported");
  }
  Shape want{input[0]};
  for (size_t axis = 2; axis < input.rank(); ++axis) want.push_back(input[axis]);
  if (target == want) return absl::OkStatus();
  if (input.rank() == 4) {
    if (target.rank() == 3) return SizeMismatch(input, target);
    return absl::InvalidArgumentError(absl::StrCat(
        "only batches of spatial targets supported (3D tensors) but got targets of dimension: ", target.rank()));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("Expected target size ", want.ToString(), ", got ", target.ToString()));
}

// The loss and the weight of each position, in the target's shape.
struct ClassLosses {
  Value losses;
  Value weights;
};

absl::StatusOr<ClassLosses> NllLosses(Trace& trace, const ClassTensors& tensors, int64_t ignore_index) {
  const Shape input = trace.spec(tensors.input).shape, target = trace.spec(tensors.target).shape;
  RETURN_IF_ERROR(CheckClassShapes(input, target));
  const bool batched = input.rank() > 1;
  const int64_t n = batched ? input[0] : 1;
  const int64_t positions = batched ? input.numel(2, input.rank()) : 1;
  ASSIGN_OR_RETURN(const Value scores, ReshapeTo(trace, tensors.input, {n, input[ClassAxis(input)], positions}));
  ASSIGN_OR_RETURN(const Value classes, ReshapeTo(trace, tensors.target, {n, positions}));
  std::vector<Value> in = {scores, classes};
  if (tensors.weight.has_value()) in.push_back(*tensors.weight);
  const Op op = Op::Of<NllLossOp>({.ignore_index = ignore_index, .weighted = tensors.weight.has_value()});
  ASSIGN_OR_RETURN(const std::vector<Value> out, trace.Apply(op, in));
  ASSIGN_OR_RETURN(const Value losses, ReshapeTo(trace, out[0], target));
  ASSIGN_OR_RETURN(const Value weights, ReshapeTo(trace, out[1], target));
  return ClassLosses{losses, weights};
}

// The mean is by the weights of what counts.
Value ReduceByWeight(Formula& f, Value losses, Value weights, Reduction reduction) {
  if (reduction == Reduction::kNone) return losses;
  const Value sum = f.SumAll(losses);
  return reduction == Reduction::kSum ? sum : f.Div(sum, f.SumAll(weights));
}

absl::StatusOr<Value> Nll(Trace& trace, const ClassTensors& tensors, const ClassOptions& options) {
  ASSIGN_OR_RETURN(const ClassLosses nll, NllLosses(trace, tensors, options.ignore_index));
  Formula f(trace);
  return f.Result(ReduceByWeight(f, nll.losses, nll.weights, options.reduction));
}

// The weight of each class where it broadcasts with scores.
absl::StatusOr<Value> AlongClasses(Trace& trace, Value weight, const Shape& input) {
  Shape shape;
  for (size_t axis = 0; axis < input.rank(); ++axis) shape.push_back(1);
  shape[ClassAxis(input)] = trace.spec(weight).numel();
  return ReshapeTo(trace, weight, shape);
}

absl::Status CheckSmoothing(double label_smoothing) {
  if (!(label_smoothing > 1)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("label_smoothing must be between 0.0 and 1.0. Got: ", label_smoothing));
}

absl::StatusOr<Value> LogSoftmax(Trace& trace, Value input) {
  return trace.Apply<LogSoftmaxOp>({.axis = ClassAxis(trace.spec(input).shape)}, {input});
}

// -sum(w t log_softmax(x)) over the classes, of probabilities t; the mean is by the number of positions.
absl::StatusOr<Value> OfProbabilities(Trace& trace, const ClassTensors& tensors, const ClassOptions& options) {
  const Shape shape = trace.spec(tensors.input).shape;
  const DType target_dtype = trace.spec(tensors.target).dtype;
  if (!IsFloatingPoint(target_dtype)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected floating point type for target with class probabilities, got ", ScalarName(target_dtype)));
  }
  if (options.ignore_index >= 0) {
    return absl::InvalidArgumentError("ignore_index is not supported for floating point target");
  }
  const int64_t axis = ClassAxis(shape);
  const int64_t classes = shape.empty() ? 1 : shape[axis];
  if (tensors.weight.has_value() && !(trace.spec(*tensors.weight).shape == Shape{classes})) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cross_entropy: weight tensor should be defined either for all ", classes,
        " classes or no classes but got weight tensor of shape: ", trace.spec(*tensors.weight).shape.ToString()));
  }
  RETURN_IF_ERROR(CheckSmoothing(options.label_smoothing));
  Formula f(trace);
  const Value log = f.Keep(LogSoftmax(trace, tensors.input));
  ASSIGN_OR_RETURN(const std::vector<Value> promoted, Promoted(trace, LossTensors{log, tensors.target}));
  Value target = promoted[1];
  const double smoothing = options.label_smoothing;
  if (smoothing > 0) target = f.Add(f.Mul(target, 1 - smoothing), smoothing / static_cast<double>(classes));
  Value products = f.Mul(promoted[0], target);
  if (tensors.weight.has_value()) products = f.Mul(products, f.Keep(AlongClasses(trace, *tensors.weight, shape)));
  const Value losses = f.Neg(f.Sum(products, axis));
  if (options.reduction == Reduction::kNone) return f.Result(losses);
  const Value sum = f.SumAll(losses);
  if (options.reduction == Reduction::kSum) return f.Result(sum);
  return f.Result(f.Div(sum, static_cast<double>(shape.numel()) / static_cast<double>(classes)));
}

// A part of each target is spread over all classes.
absl::StatusOr<Value> Smoothed(Trace& trace, const ClassTensors& tensors, const ClassOptions& options) {
  RETURN_IF_ERROR(CheckSmoothing(options.label_smoothing));
  const Shape shape = trace.spec(tensors.input).shape;
  ASSIGN_OR_RETURN(const ClassLosses nll, NllLosses(trace, tensors, options.ignore_index));
  Formula f(trace);
  Value scores = tensors.input;
  if (tensors.weight.has_value()) scores = f.Mul(scores, f.Keep(AlongClasses(trace, *tensors.weight, shape)));
  const int64_t axis = ClassAxis(shape);
  const Value ignored =
      f.Compare(Comparison::kEqual, f.Cast(tensors.target, DType::kInt64), static_cast<double>(options.ignore_index));
  const Value smooth = f.Where(ignored, 0, f.Neg(f.Sum(scores, axis)));
  const double share = options.label_smoothing / static_cast<double>(shape[axis]);
  const Value losses = f.Add(f.Mul(nll.losses, 1 - options.label_smoothing), f.Mul(smooth, share));
  return f.Result(ReduceByWeight(f, losses, nll.weights, options.reduction));
}

absl::StatusOr<Value> CrossEntropy(Trace& trace, ClassTensors tensors, const ClassOptions& options) {
  if (trace.spec(tensors.input).shape == trace.spec(tensors.target).shape) {
    return OfProbabilities(trace, tensors, options);
  }
  // A scalar's softmax has no axis for classes.
  if (trace.spec(tensors.input).shape.empty()) {
    return absl::InvalidArgumentError("Dimension out of range (expected to be in range of [-1, 0], but got 1)");
  }
  ASSIGN_OR_RETURN(tensors.input, LogSoftmax(trace, tensors.input));
  if (options.label_smoothing > 0) return Smoothed(trace, tensors, options);
  return Nll(trace, tensors, options);
}

LossFormula ReadNll(AttributeReader& reader) {
  const ClassOptions options{.reduction = ReadReduction(reader),
                             .ignore_index = reader.Int("ignore_index", kAnyInt, -100)};
  return [options](Trace& trace, const LossTensors& tensors) {
    return Nll(trace, {*tensors[0], *tensors[1], tensors[2]}, options);
  };
}

LossFormula ReadCrossEntropy(AttributeReader& reader) {
  const ClassOptions options{.reduction = ReadReduction(reader),
                             .ignore_index = reader.Int("ignore_index", kAnyInt, -100),
                             .label_smoothing = reader.Float("label_smoothing", 0)};
  return [options](Trace& trace, const LossTensors& tensors) {
    return CrossEntropy(trace, {*tensors[0], *tensors[1], tensors[2]}, options);
  };
}

constexpr absl::string_view kInputAndTarget[] = {"input", "target"};
constexpr absl::string_view kWeight[] = {"weight"};
constexpr absl::string_view kNllOptions[] = {"weight", "size_average", "ignore_index", "reduce", "reduction"};
constexpr absl::string_view kCrossEntropyOptions[] = {"weight", "size_average", "ignore_index",
                                                      "reduce", "reduction",    "label_smoothing"};

constexpr Loss kNll{.layer = "NLLLoss",
                    .function = "nll_loss",
                    .inputs = kInputAndTarget,
                    .options = kNllOptions,
                    .buffers = kWeight,
                    .read = ReadNll};
constexpr Loss kNll2d{.layer = "NLLLoss2d",
                      .function = "",  // nll_loss is for both.
                      .inputs = kInputAndTarget,
                      .options = kNllOptions,
                      .buffers = kWeight,
                      .read = ReadNll};
constexpr Loss kCrossEntropy{.layer = "CrossEntropyLoss",
                             .function = "cross_entropy",
                             .inputs = kInputAndTarget,
                             .options = kCrossEntropyOptions,
                             .buffers = kWeight,
                             .read = ReadCrossEntropy};

constexpr LayerInfo kLayers[] = {LossLayerInfo<kNll>(), LossLayerInfo<kNll2d>(), LossLayerInfo<kCrossEntropy>()};
constexpr Function kFunctions[] = {LossFunctionInfo<kNll>(), LossFunctionInfo<kCrossEntropy>()};

}  // namespace

absl::Span<const LayerInfo> ClassIndexLossLayers() { return kLayers; }
absl::Span<const Function> ClassIndexLossFunctions() { return kFunctions; }

}  // namespace moduled::nn
