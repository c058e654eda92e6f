// A layer with children that are modules: attention and transformers.
//
// The layer makes its children itself, as torch's constructor does, so that they draw what torch's draw. A description
// may put others in their place. Every call of a child is a call of a module: its hooks fire, also where torch's do
// not.
#pragma once

#include <string>
#include <vector>

#include "nn/layers/layer.h"

namespace moduled::nn {

class CompositeLayer : public Layer {
 public:
  using Layer::Layer;

  // Whether a child of that name has a place here.
  virtual bool TakesChild(absl::string_view name) const { return children_slots().Contains(name); }
  // Once all children stand where they should.
  virtual absl::Status CheckChildren() const { return absl::OkStatus(); }

 protected:
  // Makes a layer of the catalogue and registers it.
  absl::Status AddChild(InitContext& context, std::string name, absl::string_view type, Attributes attributes);

  // Errors are Python's, for a child that is None or not there.
  absl::StatusOr<Symbol> CallChild(Trace& trace, absl::string_view name, Arguments arguments) const;
  // The same for a child that must return a tensor.
  absl::StatusOr<Value> CallChild(Trace& trace, absl::string_view name, Value input) const;
};

// The items of a child that is a list, by the names that they are called by: "layers.0", "layers.1", …
std::vector<std::pair<std::string, const Module*>> ItemsOf(const Module& layer, absl::string_view list);

// A tensor that a child has returned.
absl::StatusOr<Value> ReturnedTensor(absl::string_view child, const Symbol& returned);

}  // namespace moduled::nn
