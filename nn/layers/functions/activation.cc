#include "nn/layers/functions/activation.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "nn/layers/activation_options.h"
#include "nn/layers/call_attributes.h"
#include "nn/modules/argument_binder.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// name(input, options...): what is left out has the default of the layer of the same options.
struct Kind {
  absl::string_view name;
  RealActivation (*read)(AttributeReader& reader);
  std::array<absl::string_view, 2> options = {};
};

constexpr Kind kKinds[] = {
    {"celu", ReadCelu, {"alpha"}},
    {"elu", ReadElu, {"alpha"}},
    {"gelu", ReadGelu, {"approximate"}},
    {"hardshrink", ReadHardshrink, {"lambd"}},
    {"hardsigmoid", ReadHardsigmoid},
    {"hardswish", ReadHardswish},
    {"hardtanh", ReadHardtanh, {"min_val", "max_val"}},
    {"leaky_relu", ReadLeakyRelu, {"negative_slope"}},
    {"logsigmoid", ReadLogSigmoid},
    {"mish", ReadMish},
    {"relu6", ReadRelu6},
    {"selu", ReadSelu},
    {"silu", ReadSilu},
    {"softplus", ReadSoftplus, {"beta", "threshold"}},
    {"softshrink", ReadSoftshrink, {"lambd"}},
    {"softsign", ReadSoftsign},
    {"tanhshrink", ReadTanhshrink},
    {"threshold", ReadThreshold, {"threshold", "value"}},
};

template <size_t kIndex>
absl::StatusOr<Symbol> Call(Trace& trace, const Arguments& arguments) {
  const Kind& kind = kKinds[kIndex];
  std::vector<absl::string_view> options;
  std::vector<FormalArgument> formals = {{"input"}};
  for (const absl::string_view option : kind.options) {
    if (option.empty()) continue;
    options.push_back(option);
    formals.push_back({option, kOptional});
  }
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(kind.name), /*is_method=*/false, std::move(formals), arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Attributes attributes, CallAttributes(bound, 1, options));
  AttributeReader reader(attributes);
  const RealActivation activation = kind.read(reader);
  RETURN_IF_ERROR(reader.Finish());
  return Apply(trace, activation, input);
}

template <size_t... kIndices>
constexpr std::array<Function, sizeof...(kIndices)> MakeList(std::index_sequence<kIndices...>) {
  return {{{kKinds[kIndices].name, Call<kIndices>}...}};
}

constexpr auto kFunctions = MakeList(std::make_index_sequence<std::size(kKinds)>());

}  // namespace

absl::Span<const Function> ActivationFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
