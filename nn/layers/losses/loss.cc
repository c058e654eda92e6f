#include "nn/layers/losses/loss.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/call_attributes.h"
#include "nn/modules/argument_binder.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// A tensor, or what torch takes for one in a loss: a sequence of ints, such as CTCLoss's lengths.
absl::StatusOr<Value> InputTensor(Trace& trace, const BoundArguments& bound, size_t index) {
  if (bound.Find(index)->Items() == nullptr) return bound.Tensor(index);
  ASSIGN_OR_RETURN(const std::vector<int64_t> numbers, bound.Ints(index));
  return trace.Constant(Tensor::Of<int64_t>({static_cast<int64_t>(numbers.size())}, numbers));
}

class LossLayer final : public Layer {
 public:
  LossLayer(const LayerArguments& arguments, const Loss& loss, LossFormula formula)
      : Layer(loss.layer, arguments), loss_(loss), formula_(std::move(formula)) {}

  absl::Status AddBufferOrNone(InitContext& context, absl::string_view name, bool present,
                               absl::Span<const int64_t> shape) {
    if (!present) return RegisterBuffer(std::string(name), nullptr);
    return AddBuffer(context, std::string(name), Shape(shape), init::Ones());
  }

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override {
    const auto names = loss_.layer_inputs.empty() ? loss_.inputs : loss_.layer_inputs;
    std::vector<FormalArgument> formals;
    for (const absl::string_view name : names) formals.push_back({name});
    ASSIGN_OR_RETURN(const BoundArguments bound,
                     BoundArguments::Bind(absl::StrCat(type(), ".forward"), /*is_method=*/true, formals, arguments));
    LossTensors tensors;
    for (size_t i = 0; i < names.size(); ++i) {
      ASSIGN_OR_RETURN(const Value tensor, InputTensor(trace, bound, i));
      tensors.emplace_back(tensor);
    }
    for (const absl::string_view name : loss_.buffers) {
      const std::shared_ptr<Buffer>& buffer = *buffer_slots().Find(name);
      tensors.push_back(buffer == nullptr ? std::nullopt : std::optional<Value>(trace.Use(*buffer)));
    }
    return formula_(trace, tensors);
  }

 private:
  const Loss& loss_;
  LossFormula formula_;
};

absl::StatusOr<BoundArguments> BindCall(const Loss& loss, const Arguments& arguments) {
  std::vector<FormalArgument> formals;
  for (const absl::string_view name : loss.inputs) formals.push_back({name});
  for (const absl::string_view name : loss.options) {
    formals.push_back({name, loss.options_by_keyword_only ? kKeywordOnly : kOptional});
  }
  return BoundArguments::Bind(std::string(loss.function), /*is_method=*/false, formals, arguments);
}

}  // namespace

LayerResult CreateLossLayer(const Loss& loss, const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  LossFormula formula = loss.read(reader);
  const auto layer = std::make_shared<LossLayer>(arguments, loss, std::move(formula));
  for (const absl::string_view name : loss.buffers) {
    const std::string shape_name = absl::StrCat(name, "_shape");
    const bool present = reader.Bool(name, false);
    const std::vector<int64_t> shape =
        reader.Has(shape_name) ? reader.Ints(shape_name, {.min = 0}) : std::vector<int64_t>{};
    if (!present && !shape.empty()) reader.Fail(absl::StrCat(shape_name, ": there is no ", name));
    RETURN_IF_ERROR(layer->AddBufferOrNone(arguments.context, name, present, shape));
  }
  RETURN_IF_ERROR(reader.Finish());
  return layer;
}

absl::StatusOr<Symbol> CallLossFunction(const Loss& loss, Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BindCall(loss, arguments));
  LossTensors tensors;
  for (size_t i = 0; i < loss.inputs.size(); ++i) {
    ASSIGN_OR_RETURN(const Value tensor, InputTensor(trace, bound, i));
    tensors.emplace_back(tensor);
  }
  for (const absl::string_view name : loss.buffers) {
    const auto option = std::find(loss.options.begin(), loss.options.end(), name) - loss.options.begin();
    const size_t index = loss.inputs.size() + static_cast<size_t>(option);
    tensors.emplace_back();
    if (bound.IsNone(index)) continue;
    ASSIGN_OR_RETURN(tensors.back(), bound.Tensor(index));
  }
  ASSIGN_OR_RETURN(const Attributes attributes, CallAttributes(bound, loss.inputs.size(), loss.options, loss.buffers));
  AttributeReader reader(attributes);
  const LossFormula formula = loss.read(reader);
  RETURN_IF_ERROR(reader.Finish());
  return formula(trace, tensors);
}

}  // namespace moduled::nn
