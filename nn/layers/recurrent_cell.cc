#include "nn/layers/recurrent_cell.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/axes.h"
#include "nn/layers/recurrent_state.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class RecurrentCell final : public Layer {
 public:
  RecurrentCell(absl::string_view type, const LayerArguments& arguments, RecurrentAttrs attrs, RecurrentExtents extents)
      : Layer(type, arguments), attrs_(attrs), extents_(extents) {}

  absl::Status Initialise(InitContext& context) {
    return AddRecurrentState(context, *this, attrs_, extents_, "", /*cell=*/true);
  }

  std::string ExtraRepr() const override {
    return absl::StrCat(extents_.input, ", ", extents_.hidden, attrs_.bias ? "" : ", bias=False",
                        attrs_.kind == RecurrentKind::kRelu ? ", nonlinearity=relu" : "");
  }

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  size_t states() const { return attrs_.lstm() ? 2 : 1; }
  absl::StatusOr<std::vector<Value>> States(Trace& trace, Value rows, const Symbol& given, bool batched) const;
  absl::Status CheckState(const Shape& shape, int64_t batch, size_t state) const;

  RecurrentAttrs attrs_;
  RecurrentExtents extents_;
};

absl::Status RecurrentCell::CheckState(const Shape& shape, int64_t batch, size_t state) const {
  if (shape.rank() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat(type(), ": Expected hidden to be 1-D or 2-D as the input is (got ", shape.ToString(), ")"));
  }
  if (shape[0] != batch) {
    return absl::InvalidArgumentError(
        absl::StrCat("Input batch size ", batch, " doesn't match hidden", state, " batch size ", shape[0]));
  }
  if (shape[1] == extents_.hidden) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("hidden", state, " has inconsistent hidden_size: got ", shape[1], ", expected ", extents_.hidden));
}

absl::StatusOr<std::vector<Value>> RecurrentCell::States(Trace& trace, Value rows, const Symbol& given,
                                                         bool batched) const {
  const int64_t batch = trace.spec(rows).shape[0];
  std::vector<Value> values;
  if (given.IsNone()) {
    ASSIGN_OR_RETURN(const Value zeros, ZeroState(trace, rows, {batch, extents_.hidden}));
    return std::vector<Value>(states(), zeros);
  }
  const std::vector<Symbol> items = !attrs_.lstm()             ? std::vector<Symbol>{given}
                                    : given.Items() == nullptr ? std::vector<Symbol>()
                                                               : *given.Items();
  for (const Symbol& item : items) {
    if (const Value* value = item.As<Value>()) values.push_back(*value);
  }
  if (items.size() != states() || values.size() != states()) {
    return absl::InvalidArgumentError(
        absl::StrCat("hx must be ", attrs_.lstm() ? "a tuple of two Tensors" : "a Tensor", ", not ", TypeName(given)));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const Shape shape = trace.spec(values[i]).shape;
    if (!batched && shape.rank() == 1) {
      ASSIGN_OR_RETURN(values[i], ReshapeTo(trace, values[i], {1, shape[0]}));
    }
    RETURN_IF_ERROR(CheckState(trace.spec(values[i]).shape, batch, i));
  }
  return values;
}

absl::StatusOr<Symbol> RecurrentCell::Forward(Trace& trace, const Arguments& arguments) const {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(absl::StrCat(type(), ".forward"), /*is_method=*/true,
                                        {{"input"}, {"hx", kOptional}}, arguments));
  ASSIGN_OR_RETURN(Value input, bound.Tensor(0));
  const Shape shape = trace.spec(input).shape;
  const bool batched = shape.rank() == 2;
  if (!batched && shape.rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(type(), ": Expected input to be 1-D or 2-D but received ", shape.rank(), "-D tensor"));
  }
  if (shape.At(-1) != extents_.input) {
    return absl::InvalidArgumentError(
        absl::StrCat("input has inconsistent input_size: got ", shape.At(-1), " expected ", extents_.input));
  }
  if (!batched) {
    ASSIGN_OR_RETURN(input, ReshapeTo(trace, input, {1, shape[0]}));
  }
  ASSIGN_OR_RETURN(const std::vector<Value> initial,
                   States(trace, input, bound.IsNone(1) ? Symbol() : *bound.Find(1), batched));
  ASSIGN_OR_RETURN(const RecurrentResult result, RunRecurrent(trace, *this, attrs_, "", input, initial, std::nullopt));
  Symbol::Tuple states;
  for (Value state : result.states) {
    if (!batched) {
      ASSIGN_OR_RETURN(state, ReshapeTo(trace, state, {extents_.hidden}));
    }
    states.items.emplace_back(state);
  }
  return attrs_.lstm() ? Symbol(std::move(states)) : states.items[0];
}

LayerResult CreateFrom(absl::string_view type, const LayerArguments& arguments, AttributeReader& reader,
                       RecurrentKind kind) {
  RecurrentAttrs attrs{.kind = kind};
  RecurrentExtents extents;
  extents.input = reader.Int("input_size", kPositive);
  extents.hidden = reader.Int("hidden_size", kPositive);
  attrs.bias = reader.Bool("bias", true);
  RETURN_IF_ERROR(reader.Finish());
  const auto cell = std::make_shared<RecurrentCell>(type, arguments, attrs, extents);
  RETURN_IF_ERROR(cell->Initialise(arguments.context));
  return cell;
}

LayerResult CreateRnnCell(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const std::string nonlinearity = reader.String("nonlinearity", "tanh");
  if (nonlinearity != "tanh" && nonlinearity != "relu") {
    reader.Fail(absl::StrCat("nonlinearity: Unknown nonlinearity: ", nonlinearity));
  }
  return CreateFrom("RNNCell", arguments, reader, nonlinearity == "relu" ? RecurrentKind::kRelu : RecurrentKind::kTanh);
}

LayerResult CreateLstmCell(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  return CreateFrom("LSTMCell", arguments, reader, RecurrentKind::kLstm);
}

LayerResult CreateGruCell(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  return CreateFrom("GRUCell", arguments, reader, RecurrentKind::kGru);
}

constexpr LayerInfo kLayers[] = {
    {"GRUCell", CreateGruCell},
    {"LSTMCell", CreateLstmCell},
    {"RNNCell", CreateRnnCell},
};

}  // namespace

absl::Span<const LayerInfo> RecurrentCellLayers() { return kLayers; }

}  // namespace moduled::nn
