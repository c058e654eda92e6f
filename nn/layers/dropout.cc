#include "nn/layers/dropout.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/dropout_forward.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct DropoutKind {
  absl::string_view name;
  absl::StatusOr<Value> (*apply)(Trace& trace, Value input, double p, uint64_t seed);
};

class DropoutLayer final : public UnaryLayer {
 public:
  DropoutLayer(const DropoutKind& kind, const LayerArguments& arguments, double p, bool inplace)
      : UnaryLayer(kind.name, arguments),
        apply_(kind.apply),
        p_(p),
        inplace_(inplace),
        seed_(arguments.context.NextRunSeed()) {}

  std::string ExtraRepr() const override { return absl::StrCat("p=", FloatRepr(p_), ", inplace=", BoolRepr(inplace_)); }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    if (!training()) return input;
    // The input's place in the graph tells the calls of one layer apart.
    return apply_(trace, input, p_, seed_ ^ static_cast<uint64_t>(input.id) << 32);
  }

 private:
  absl::StatusOr<Value> (*apply_)(Trace& trace, Value input, double p, uint64_t seed);
  double p_;
  bool inplace_;
  uint64_t seed_;
};

absl::Status WrongRank(absl::string_view function, absl::string_view want, size_t rank) {
  return absl::InvalidArgumentError(
      absl::StrCat(function, ": Expected ", want, " input, but received a ", rank, "D input."));
}

absl::StatusOr<Value> Elements(Trace& trace, Value input, double p, uint64_t seed) {
  return ElementDropout(trace, input, p, seed);
}

absl::StatusOr<Value> Features1d(Trace& trace, Value input, double p, uint64_t seed) {
  const size_t rank = trace.spec(input).shape.rank();
  if (rank != 2 && rank != 3) return WrongRank("dropout1d", "2D or 3D", rank);
  return FeatureDropout(trace, input, p, seed, /*batched=*/rank == 3);
}

// torch takes the first two axes for batch and channels, whatever the rank.
absl::StatusOr<Value> Features2d(Trace& trace, Value input, double p, uint64_t seed) {
  const size_t rank = trace.spec(input).shape.rank();
  if (rank < 2) return absl::InvalidArgumentError("Feature dropout requires at least 2 dimensions in the input");
  return FeatureDropout(trace, input, p, seed, /*batched=*/true);
}

absl::StatusOr<Value> Features3d(Trace& trace, Value input, double p, uint64_t seed) {
  const size_t rank = trace.spec(input).shape.rank();
  if (rank < 2) return absl::InvalidArgumentError("Feature dropout requires at least 2 dimensions in the input");
  return FeatureDropout(trace, input, p, seed, /*batched=*/rank != 4);
}

absl::StatusOr<Value> AlphaElements(Trace& trace, Value input, double p, uint64_t seed) {
  return AlphaDropout(trace, input, p, seed, /*by_feature=*/false);
}

absl::StatusOr<Value> AlphaFeatures(Trace& trace, Value input, double p, uint64_t seed) {
  if (trace.spec(input).shape.rank() < 2) {
    return absl::InvalidArgumentError("Feature dropout requires at least 2 dimensions in the input");
  }
  return AlphaDropout(trace, input, p, seed, /*by_feature=*/true);
}

constexpr DropoutKind kDropout = {"Dropout", Elements};
constexpr DropoutKind kDropout1d = {"Dropout1d", Features1d};
constexpr DropoutKind kDropout2d = {"Dropout2d", Features2d};
constexpr DropoutKind kDropout3d = {"Dropout3d", Features3d};
constexpr DropoutKind kAlphaDropout = {"AlphaDropout", AlphaElements};
constexpr DropoutKind kFeatureAlphaDropout = {"FeatureAlphaDropout", AlphaFeatures};

template <const DropoutKind& kKind>
LayerResult Create(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double p = reader.Float("p", 0.5);
  if (!(p >= 0 && p <= 1)) {
    reader.Fail(absl::StrCat("p: dropout probability has to be between 0 and 1, but got ", FloatRepr(p)));
  }
  const bool inplace = reader.Bool("inplace", false);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<DropoutLayer>(kKind, arguments, p, inplace);
}

constexpr LayerInfo kLayers[] = {
    {"Dropout", Create<kDropout>},           {"Dropout1d", Create<kDropout1d>},
    {"Dropout2d", Create<kDropout2d>},       {"Dropout3d", Create<kDropout3d>},
    {"AlphaDropout", Create<kAlphaDropout>}, {"FeatureAlphaDropout", Create<kFeatureAlphaDropout>},
};

}  // namespace

absl::Span<const LayerInfo> DropoutLayers() { return kLayers; }

}  // namespace moduled::nn
