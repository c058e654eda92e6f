// Activations of more than one number: halves, channels, axes and learnt slopes.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/activation.h"
#include "nn/layers/activation_forward.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/forward_layer.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class PReLU final : public UnaryLayer {
 public:
  PReLU(const LayerArguments& arguments, int64_t parameters)
      : UnaryLayer("PReLU", arguments), parameters_(parameters) {}

  absl::Status Initialise(InitContext& context, double value) {
    return AddParameter(context, "weight", {parameters_}, init::Constant(value));
  }
  std::string ExtraRepr() const override { return absl::StrCat("num_parameters=", parameters_); }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    return Prelu(trace, input, trace.Use(**parameter_slots().Find("weight")));
  }

 private:
  int64_t parameters_;
};

class RReLU final : public UnaryLayer {
 public:
  RReLU(const LayerArguments& arguments, double lower, double upper, std::string repr)
      : UnaryLayer("RReLU", arguments),
        lower_(lower),
        upper_(upper),
        repr_(std::move(repr)),
        seed_(arguments.context.NextRunSeed()) {}

  std::string ExtraRepr() const override { return repr_; }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    // The input's place in the graph tells the calls of one layer apart.
    return Rrelu(trace, input, lower_, upper_, training(), seed_ ^ static_cast<uint64_t>(input.id) << 32);
  }

 private:
  double lower_;
  double upper_;
  std::string repr_;
  uint64_t seed_;
};

LayerResult CreatePReLU(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const int64_t parameters = reader.Int("num_parameters", kPositive, 1);
  const double value = reader.Float("init", 0.25);
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<PReLU>(arguments, parameters);
  RETURN_IF_ERROR(layer->Initialise(arguments.context, value));
  return layer;
}

LayerResult CreateRReLU(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double lower = reader.Float("lower", 1.0 / 8);
  const double upper = reader.Float("upper", 1.0 / 3);
  const bool inplace = reader.Bool("inplace", false);
  if (!(lower <= upper)) reader.Fail("lower: Lower bound should be less than or equal to the upper bound");
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<RReLU>(
      arguments, lower, upper,
      absl::StrCat("lower=", reader.NumberAsGiven("lower", "0.125"),
                   ", upper=", reader.NumberAsGiven("upper", "0.3333333333333333"), inplace ? ", inplace=True" : ""));
}

LayerResult CreateGLU(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const int64_t dim = reader.Int("dim", kAnyInt, -1);
  RETURN_IF_ERROR(reader.Finish());
  const auto apply = [dim](Trace& trace, Value input) -> absl::StatusOr<Symbol> { return Glu(trace, input, dim); };
  return std::make_shared<ForwardLayer>("GLU", arguments, absl::StrCat("dim=", dim), apply);
}

// Softmax, Softmin or LogSoftmax.
template <AlongAxisFunction kApply>
LayerResult CreateAlongAxis(const LayerArguments& arguments, absl::string_view name) {
  AttributeReader reader(arguments.attributes);
  const std::optional<int64_t> dim = reader.OptionalInt("dim", kAnyInt);
  RETURN_IF_ERROR(reader.Finish());
  const auto apply = [dim](Trace& trace, Value input) -> absl::StatusOr<Symbol> { return kApply(trace, input, dim); };
  return std::make_shared<ForwardLayer>(name, arguments,
                                        absl::StrCat("dim=", dim.has_value() ? absl::StrCat(*dim) : "None"), apply);
}

LayerResult CreateSoftmax(const LayerArguments& arguments) { return CreateAlongAxis<Softmax>(arguments, "Softmax"); }
LayerResult CreateSoftmin(const LayerArguments& arguments) { return CreateAlongAxis<Softmin>(arguments, "Softmin"); }
LayerResult CreateLogSoftmax(const LayerArguments& arguments) {
  return CreateAlongAxis<LogSoftmax>(arguments, "LogSoftmax");
}

LayerResult CreateSoftmax2d(const LayerArguments& arguments) {
  RETURN_IF_ERROR(AttributeReader(arguments.attributes).Finish());
  const auto apply = [](Trace& trace, Value input) -> absl::StatusOr<Symbol> {
    const size_t rank = trace.spec(input).shape.rank();
    if (rank != 3 && rank != 4) {
      return absl::InvalidArgumentError("Softmax2d requires a 3D or 4D tensor as input");
    }
    return Softmax(trace, input, -3);
  };
  return std::make_shared<ForwardLayer>("Softmax2d", arguments, "", apply);
}

constexpr LayerInfo kLayers[] = {
    {"GLU", CreateGLU},         {"LogSoftmax", CreateLogSoftmax}, {"PReLU", CreatePReLU},     {"RReLU", CreateRReLU},
    {"Softmax", CreateSoftmax}, {"Softmax2d", CreateSoftmax2d},   {"Softmin", CreateSoftmin},
};

}  // namespace

absl::Span<const LayerInfo> TensorActivationLayers() { return kLayers; }

}  // namespace moduled::nn
