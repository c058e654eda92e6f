#include "nn/layers/dropout.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/modules/python_text.h"
#include "nn/ops/dropout.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class Dropout final : public UnaryLayer {
 public:
  Dropout(const LayerArguments& arguments, double p, bool inplace)
      : UnaryLayer("Dropout", arguments), p_(p), inplace_(inplace), seed_(arguments.context.NextRunSeed()) {}

  std::string ExtraRepr() const override { return absl::StrCat("p=", FloatRepr(p_), ", inplace=", BoolRepr(inplace_)); }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    if (!training()) return input;
    // The input's place in the graph tells the calls of one layer apart.
    return trace.Apply<DropoutOp>({.p = p_, .seed = seed_ ^ static_cast<uint64_t>(input.id) << 32}, {input});
  }

 private:
  double p_;
  bool inplace_;
  uint64_t seed_;
};

LayerResult CreateDropout(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const double p = reader.Float("p", 0.5);
  if (!(p >= 0 && p <= 1)) {
    reader.Fail(absl::StrCat("p: dropout probability has to be between 0 and 1, but got ", FloatRepr(p)));
  }
  const bool inplace = reader.Bool("inplace", false);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<Dropout>(arguments, p, inplace);
}

constexpr LayerInfo kLayers[] = {
    {"Dropout", CreateDropout},
};

}  // namespace

absl::Span<const LayerInfo> DropoutLayers() { return kLayers; }

}  // namespace moduled::nn
