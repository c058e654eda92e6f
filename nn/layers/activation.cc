#include "nn/layers/activation.h"

#include <array>
#include <utility>

#include "nn/layers/activation_options.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/forward_layer.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct Kind {
  absl::string_view name;
  RealActivation (*read)(AttributeReader& reader);
};

constexpr Kind kKinds[] = {
    {"CELU", ReadCelu},
    {"ELU", ReadElu},
    {"GELU", ReadGelu},
    {"Hardshrink", ReadHardshrink},
    {"Hardsigmoid", ReadHardsigmoid},
    {"Hardswish", ReadHardswish},
    {"Hardtanh",
     [](AttributeReader& reader) {
       RealActivation hardtanh = ReadHardtanh(reader);
       // The function, unlike the layer, takes bounds in any order.
       if (!(reader.Float("max_val", 1) > reader.Float("min_val", -1))) {
         reader.Fail("max_val: must be greater than min_val");
       }
       return hardtanh;
     }},
    {"LeakyReLU", ReadLeakyRelu},
    {"LogSigmoid", ReadLogSigmoid},
    {"Mish", ReadMish},
    {"ReLU", ReadRelu},
    {"ReLU6", ReadRelu6},
    {"SELU", ReadSelu},
    {"SiLU", ReadSilu},
    {"Sigmoid", ReadSigmoid},
    {"Softplus", ReadSoftplus},
    {"Softshrink", ReadSoftshrink},
    {"Softsign", ReadSoftsign},
    {"Tanh", ReadTanh},
    {"Tanhshrink", ReadTanhshrink},
    {"Threshold", ReadThreshold},
};

template <size_t kIndex>
LayerResult Create(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  RealActivation activation = kKinds[kIndex].read(reader);
  RETURN_IF_ERROR(reader.Finish());
  std::string repr = std::move(activation.repr);
  const auto apply = [activation = std::move(activation)](Trace& trace, Value input) -> absl::StatusOr<Symbol> {
    return Apply(trace, activation, input);
  };
  return std::make_shared<ForwardLayer>(kKinds[kIndex].name, arguments, std::move(repr), apply);
}

template <size_t... kIndices>
constexpr std::array<LayerInfo, sizeof...(kIndices)> MakeList(std::index_sequence<kIndices...>) {
  return {{{kKinds[kIndices].name, Create<kIndices>}...}};
}

constexpr auto kLayers = MakeList(std::make_index_sequence<std::size(kKinds)>());

}  // namespace

absl::Span<const LayerInfo> ActivationLayers() { return kLayers; }

}  // namespace moduled::nn
