#include "nn/layers/shape.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/axes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class Flatten final : public UnaryLayer {
 public:
  Flatten(const LayerArguments& arguments, int64_t start_dim, int64_t end_dim)
      : UnaryLayer("Flatten", arguments), start_dim_(start_dim), end_dim_(end_dim) {}

  std::string ExtraRepr() const override { return absl::StrCat("start_dim=", start_dim_, ", end_dim=", end_dim_); }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    return FlattenAxes(trace, input, start_dim_, end_dim_);
  }

 private:
  int64_t start_dim_;
  int64_t end_dim_;
};

LayerResult CreateFlatten(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const int64_t start_dim = reader.Int("start_dim", kAnyInt, 1);
  const int64_t end_dim = reader.Int("end_dim", kAnyInt, -1);
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<Flatten>(arguments, start_dim, end_dim);
}

constexpr LayerInfo kLayers[] = {
    {"Flatten", CreateFlatten},
};

}  // namespace

absl::Span<const LayerInfo> ShapeLayers() { return kLayers; }

}  // namespace moduled::nn
