// Layers that learn an argument of their constructor from their first input: torch's lazy modules.
//
// A lazy layer has no state until it is resolved. ResolveLazyLayers runs a forward on shapes alone and puts the layers
// that lazy ones become in their places: a LazyLinear is a Linear then, as after torch's first forward.
//
// A lazy layer needs no class of its own. Its create function checks the arguments that it has, and makes one of these:
//
//   LayerResult CreateLazyLinear(const LayerArguments& arguments) {
//     ASSIGN_OR_RETURN(const LinearOptions options, ReadLinear(arguments, /*lazy=*/true));
//     const LazyLayer::Target target = {.create = CreateLinear, .attribute = "in_features", .infer = LastExtent};
//     return std::make_shared<LazyLayer>("LazyLinear", arguments, target, options.Repr());
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/layers/layer.h"
#include "nn/modules/call_signature.h"

namespace moduled::nn {

class LazyResolution;

class LazyLayer final : public Layer {
 public:
  // What it becomes.
  struct Target {
    // Makes it, from the lazy layer's attributes with the one in front that it has learnt.
    LayerResult (*create)(const LayerArguments& arguments);
    absl::string_view attribute;
    // The attribute for a first input of this shape. Errors are torch's; `type` is the lazy layer's.
    absl::StatusOr<int64_t> (*infer)(absl::string_view type, const Shape& input);
  };

  // `repr` is what stands in the parentheses of repr(layer).
  LazyLayer(absl::string_view type, const LayerArguments& arguments, Target target, std::string repr)
      : Layer(type, arguments), target_(target), repr_(std::move(repr)) {}

  const Target& target() const { return target_; }

  std::string ExtraRepr() const override { return repr_; }
  // torch's error about uninitialised parameters, except while lazy layers are resolved.
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  friend class LazyResolution;

  const Target target_;
  const std::string repr_;
  LazyResolution* resolution_ = nullptr;  // While a forward resolves.
};

// Resolves the lazy layers of a tree that a forward for arguments of these types calls, in the order of their first
// calls, in which their parameters are drawn too. Others stay lazy. `root` changes if it is lazy itself. Hooks on a
// lazy layer are lost with it. Errors are the forward's.
absl::Status ResolveLazyLayers(std::shared_ptr<Module>& root, const CallSignature& signature, InitContext& context);

// INVALID_ARGUMENT names a layer that is still lazy.
absl::Status CheckResolved(const Module& root);

}  // namespace moduled::nn
