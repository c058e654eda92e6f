// What all layers of torch.nn have in common.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/layers/attributes.h"
#include "nn/layers/init_context.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/module.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// What a layer is made from.
struct LayerArguments {
  const Attributes& attributes;
  InitContext& context;
};

class Layer : public Module {
 public:
  Layer(absl::string_view type, const LayerArguments& arguments)
      : Module(std::string(type)), attributes_(arguments.attributes), dtype_(arguments.context.dtype()) {}

  // What the layer was made from.
  const Attributes& attributes() const { return attributes_; }
  // The element type of its parameters and floating-point buffers.
  DType dtype() const { return dtype_; }

  // Casts its own parameters and floating-point buffers.
  absl::Status CastState(DType dtype);
  // torch's reset_parameters(): makes its own state anew, in the order in which it was made. Answers the names.
  absl::StatusOr<std::vector<std::string>> ResetParameters(Generator& generator);

  // From the attribute kernel_size.
  std::vector<int64_t> WindowShape() const override;

  // Makes and registers state of the layer's own, in order of the calls.
  absl::Status AddParameter(InitContext& context, std::string name, Shape shape, const init::Initialiser& initialiser);
  absl::Status AddBuffer(InitContext& context, std::string name, Shape shape, const init::Initialiser& initialiser);

 protected:
  // The arguments of a forward(self, input).
  absl::StatusOr<BoundArguments> BindInput(const Arguments& arguments) const;
  // The inputs of an operator: `input`, and those parameters and buffers of these names that are not None.
  std::vector<Value> InputAndState(Trace& trace, Value input, std::initializer_list<absl::string_view> names) const;

 private:
  Attributes attributes_;
  DType dtype_;
  std::vector<std::pair<std::string, init::Initialiser>> initialisers_;  // Of its own state, in order.
};

using LayerResult = absl::StatusOr<std::shared_ptr<Layer>>;

// A layer from one tensor to one tensor, which torch calls `input`.
class UnaryLayer : public Layer {
 public:
  using Layer::Layer;
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const final;

 protected:
  virtual absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const = 0;
};

}  // namespace moduled::nn
