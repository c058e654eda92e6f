// What a loss is: one formula that a layer of torch.nn and a function of torch.nn.functional share.
//
// A loss says what both are called and take, and reads its options from attributes: the layer's, or the arguments of
// the function's call. What it reads them into is a function of the tensors.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// The inputs of a loss, then its buffers; absent for a buffer that is None.
using LossTensors = std::vector<std::optional<Value>>;
using LossFormula = std::function<absl::StatusOr<Value>(Trace& trace, const LossTensors& tensors)>;

struct Loss {
  absl::string_view layer;                        // "NLLLoss".
  absl::string_view function;                     // "nll_loss".
  absl::Span<const absl::string_view> inputs;     // Both take these tensors first.
  absl::Span<const absl::string_view> options;    // The function's other arguments, in torch's order.
  absl::Span<const absl::string_view> buffers{};  // Those of the options that are tensors: the layer's buffers.
  LossFormula (*read)(AttributeReader& reader) = nullptr;
  bool options_by_keyword_only = false;
  // The names of the layer's inputs where they are not the function's.
  absl::Span<const absl::string_view> layer_inputs{};
};

LayerResult CreateLossLayer(const Loss& loss, const LayerArguments& arguments);
absl::StatusOr<Symbol> CallLossFunction(const Loss& loss, Trace& trace, const Arguments& arguments);

// For the lists of layers and functions.
template <const Loss& kLoss>
constexpr LayerInfo LossLayerInfo() {
  return {kLoss.layer, [](const LayerArguments& arguments) { return CreateLossLayer(kLoss, arguments); }};
}
template <const Loss& kLoss>
constexpr Function LossFunctionInfo() {
  return {kLoss.function,
          [](Trace& trace, const Arguments& arguments) { return CallLossFunction(kLoss, trace, arguments); }};
}

}  // namespace moduled::nn
