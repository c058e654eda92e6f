// RNN, LSTM and GRU: layers of recurrent networks above each other, in one direction or two.
#pragma once

#include <string>
#include <vector>

#include "nn/layers/layer.h"
#include "nn/layers/recurrent_options.h"
#include "nn/layers/sequence.h"

namespace moduled::nn {

class RecurrentLayer final : public Layer {
 public:
  RecurrentLayer(absl::string_view type, const LayerArguments& arguments, RecurrentOptions options)
      : Layer(type, arguments), options_(options), seed_(arguments.context.NextRunSeed()) {}

  // Adds the parameters.
  absl::Status Initialise(InitContext& context);

  bool has_forward() const override { return type() != "RNNBase"; }
  std::string ExtraRepr() const override;
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  // One layer in all directions; appends its final states.
  absl::StatusOr<Value> RunLayer(Trace& trace, const Sequence& sequence, int64_t layer, Value rows,
                                 const std::vector<Value>& initial, std::vector<std::vector<Value>>& last) const;

  const RecurrentOptions options_;
  const uint64_t seed_;
};

}  // namespace moduled::nn
