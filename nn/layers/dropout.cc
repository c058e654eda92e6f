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
  DropoutFunction apply;
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
  DropoutFunction apply_;
  double p_;
  bool inplace_;
  uint64_t seed_;
};

constexpr DropoutKind kDropout = {"Dropout", Dropout};
constexpr DropoutKind kDropout1d = {"Dropout1d", Dropout1d};
constexpr DropoutKind kDropout2d = {"Dropout2d", Dropout2d};
constexpr DropoutKind kDropout3d = {"Dropout3d", Dropout3d};
constexpr DropoutKind kAlphaDropout = {"AlphaDropout", AlphaDropout};
constexpr DropoutKind kFeatureAlphaDropout = {"FeatureAlphaDropout", FeatureAlphaDropout};

template <const DropoutKind& kKind>
LayerResult Create(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double p = reader.Float("p", 0.5);
  if (const absl::Status status = CheckDropoutProbability(p); !status.ok()) {
    reader.Fail(absl::StrCat("p: ", status.message()));
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
