#include "nn/layers/recurrent.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/axes.h"
#include "nn/layers/recurrent_state.h"
#include "nn/layers/sequence.h"
#include "nn/modules/python_text.h"
#include "nn/ops/cat.h"
#include "nn/ops/dropout.h"
#include "nn/ops/slice.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct Options {
  RecurrentAttrs attrs;
  RecurrentExtents extents;
  int64_t num_layers = 1;
  int64_t directions = 1;
  bool batch_first = false;
  double dropout = 0;
};

// "_l0", "_l0_reverse".
std::string Suffix(int64_t layer, bool reverse) { return absl::StrCat("_l", layer, reverse ? "_reverse" : ""); }

std::string ListText(const Shape& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

class RecurrentLayer final : public Layer {
 public:
  RecurrentLayer(absl::string_view type, const LayerArguments& arguments, Options options)
      : Layer(type, arguments), options_(options), seed_(arguments.context.NextRunSeed()) {}

  absl::Status Initialise(InitContext& context) {
    for (int64_t layer = 0; layer < options_.num_layers; ++layer) {
      RecurrentExtents extents = options_.extents;
      if (layer > 0) extents.input = extents.width() * options_.directions;
      for (int64_t direction = 0; direction < options_.directions; ++direction) {
        RETURN_IF_ERROR(
            AddRecurrentState(context, *this, options_.attrs, extents, Suffix(layer, direction == 1), /*cell=*/false));
      }
    }
    return absl::OkStatus();
  }

  bool has_forward() const override { return type() != "RNNBase"; }
  std::string ExtraRepr() const override;
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  // Each initial state [layers, N, *], in the sequences' order.
  absl::StatusOr<std::vector<Value>> InitialStates(Trace& trace, const Sequence& sequence, const Symbol& given) const;
  absl::Status CheckRanks(const Trace& trace, const Sequence& sequence, const std::vector<Value>& states) const;
  absl::Status CheckShape(const Shape& got, const Shape& want, size_t state) const;
  // One layer in all directions; appends its final states.
  absl::StatusOr<Value> RunLayer(Trace& trace, const Sequence& sequence, int64_t layer, Value rows,
                                 const std::vector<Value>& initial, std::vector<std::vector<Value>>& last) const;

  Options options_;
  uint64_t seed_;
};

std::string RecurrentLayer::ExtraRepr() const {
  std::string text = absl::StrCat(options_.extents.input, ", ", options_.extents.hidden);
  if (options_.extents.projection != 0) absl::StrAppend(&text, ", proj_size=", options_.extents.projection);
  if (options_.num_layers != 1) absl::StrAppend(&text, ", num_layers=", options_.num_layers);
  if (!options_.attrs.bias) absl::StrAppend(&text, ", bias=False");
  if (options_.batch_first) absl::StrAppend(&text, ", batch_first=True");
  if (options_.dropout != 0) absl::StrAppend(&text, ", dropout=", FloatRepr(options_.dropout));
  if (options_.directions == 2) absl::StrAppend(&text, ", bidirectional=True");
  return text;
}

absl::Status RecurrentLayer::CheckRanks(const Trace& trace, const Sequence& sequence,
                                        const std::vector<Value>& states) const {
  if (sequence.packed()) return absl::OkStatus();
  const size_t want = sequence.batched() ? 3 : 2;
  const auto rank = [&](size_t i) { return trace.spec(states[i]).shape.rank(); };
  if (rank(0) == want && rank(states.size() - 1) == want) return absl::OkStatus();
  const std::string input = absl::StrCat("For ", sequence.batched() ? "batched 3-D" : "unbatched 2-D", " input, hx ");
  return absl::InvalidArgumentError(
      options_.attrs.lstm()
          ? absl::StrCat(input, "and cx should also be ", want, "-D but got (", rank(0), "-D, ", rank(1), "-D) tensors")
          : absl::StrCat(input, "should also be ", want, "-D but got ", rank(0), "-D tensor"));
}

absl::Status RecurrentLayer::CheckShape(const Shape& got, const Shape& want, size_t state) const {
  if (got == want) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Expected hidden",
                                                 options_.attrs.lstm() ? absl::StrCat("[", state, "]") : "", " size ",
                                                 TupleRepr(want.extents()), ", got ", ListText(got)));
}

absl::StatusOr<std::vector<Value>> RecurrentLayer::InitialStates(Trace& trace, const Sequence& sequence,
                                                                 const Symbol& given) const {
  const int64_t cells = options_.num_layers * options_.directions;
  std::vector<Shape> shapes = {{cells, sequence.batch(), options_.extents.width()}};
  if (options_.attrs.lstm()) shapes.push_back({cells, sequence.batch(), options_.extents.hidden});
  std::vector<Value> states;
  if (given.IsNone()) {
    for (const Shape& shape : shapes) {
      ASSIGN_OR_RETURN(const Value zeros, ZeroState(trace, sequence.rows(), shape));
      states.push_back(zeros);
    }
    return states;
  }
  const std::vector<Symbol>* items = options_.attrs.lstm() ? given.Items() : nullptr;
  for (size_t i = 0; i < shapes.size(); ++i) {
    const Value* state = items == nullptr ? given.As<Value>() : items->size() == 2 ? (*items)[i].As<Value>() : nullptr;
    if (state == nullptr || (options_.attrs.lstm() && items == nullptr)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "hx must be ", options_.attrs.lstm() ? "a tuple of two Tensors" : "a Tensor", ", not ", TypeName(given)));
    }
    states.push_back(*state);
  }
  RETURN_IF_ERROR(CheckRanks(trace, sequence, states));
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (!sequence.packed() && !sequence.batched()) {
      const Shape& shape = trace.spec(states[i]).shape;
      ASSIGN_OR_RETURN(states[i], ReshapeTo(trace, states[i], {shape[0], 1, shape[1]}));
    }
    RETURN_IF_ERROR(CheckShape(trace.spec(states[i]).shape, shapes[i], i));
    ASSIGN_OR_RETURN(states[i], sequence.SortStates(trace, states[i]));
  }
  return states;
}

absl::StatusOr<Value> RecurrentLayer::RunLayer(Trace& trace, const Sequence& sequence, int64_t layer, Value rows,
                                               const std::vector<Value>& initial,
                                               std::vector<std::vector<Value>>& last) const {
  std::vector<Value> sides;
  for (int64_t direction = 0; direction < options_.directions; ++direction) {
    std::vector<Value> states;
    for (const Value all : initial) {
      const Shape shape = trace.spec(all).shape;
      const int64_t cell = layer * options_.directions + direction;
      ASSIGN_OR_RETURN(const Value one, trace.Apply<SliceOp>({.axis = 0, .start = cell, .length = 1}, {all}));
      ASSIGN_OR_RETURN(const Value state, ReshapeTo(trace, one, {shape[1], shape[2]}));
      states.push_back(state);
    }
    RecurrentAttrs attrs = options_.attrs;
    attrs.reverse = direction == 1;
    attrs.packed = sequence.packed();
    const std::optional<Value> batch_sizes = attrs.packed ? std::optional(sequence.batch_sizes()) : std::nullopt;
    ASSIGN_OR_RETURN(const RecurrentResult result,
                     RunRecurrent(trace, *this, attrs, Suffix(layer, attrs.reverse), rows, states, batch_sizes));
    sides.push_back(result.rows);
    for (size_t i = 0; i < result.states.size(); ++i) {
      const Shape shape = trace.spec(result.states[i]).shape;
      ASSIGN_OR_RETURN(const Value state, ReshapeTo(trace, result.states[i], {1, shape[0], shape[1]}));
      last[i].push_back(state);
    }
  }
  return sides.size() == 1 ? sides[0] : trace.Apply<CatOp>({.axis = 1}, sides);
}

absl::StatusOr<Symbol> RecurrentLayer::Forward(Trace& trace, const Arguments& arguments) const {
  if (!has_forward()) return Module::Forward(trace, arguments);
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(absl::StrCat(type(), ".forward"), /*is_method=*/true,
                                        {{"input"}, {"hx", kOptional}}, arguments));
  if (bound.Find(0)->Items() == nullptr) RETURN_IF_ERROR(bound.Tensor(0).status());
  const Symbol given = bound.IsNone(1) ? Symbol() : *bound.Find(1);
  const Symbol first = given.Items() != nullptr && !given.Items()->empty() ? given.Items()->front() : given;
  ASSIGN_OR_RETURN(const Sequence sequence,
                   Sequence::Read(trace, *bound.Find(0), first, options_.batch_first, options_.extents.input));
  ASSIGN_OR_RETURN(const std::vector<Value> initial, InitialStates(trace, sequence, given));
  std::vector<std::vector<Value>> last(initial.size());
  Value rows = sequence.rows();
  for (int64_t layer = 0; layer < options_.num_layers; ++layer) {
    if (layer > 0 && training() && options_.dropout > 0) {
      ASSIGN_OR_RETURN(
          rows, trace.Apply<DropoutOp>({.p = options_.dropout, .seed = seed_ ^ static_cast<uint64_t>(rows.id) << 32},
                                       {rows}));
    }
    ASSIGN_OR_RETURN(rows, RunLayer(trace, sequence, layer, rows, initial, last));
  }
  Symbol::Tuple states;
  for (const std::vector<Value>& each : last) {
    ASSIGN_OR_RETURN(const Value all, trace.Apply<CatOp>({.axis = 0}, each));
    ASSIGN_OR_RETURN(const Value state, sequence.UnsortStates(trace, all));
    states.items.emplace_back(state);
  }
  ASSIGN_OR_RETURN(Symbol output, sequence.Write(trace, rows));
  Symbol state = options_.attrs.lstm() ? Symbol(std::move(states)) : states.items[0];
  return Symbol(Symbol::Tuple{{std::move(output), std::move(state)}});
}

LayerResult CreateFrom(absl::string_view type, const LayerArguments& arguments, AttributeReader& reader,
                       RecurrentKind kind, bool projectable) {
  Options options;
  options.attrs.kind = kind;
  options.extents.input = reader.Int("input_size", kPositive);
  options.extents.hidden = reader.Int("hidden_size", kPositive);
  // Each has parameters, and a name for them: far fewer are of use.
  options.num_layers = reader.Int("num_layers", {.min = 1, .max = 10'000}, 1);
  options.attrs.bias = reader.Bool("bias", true);
  options.batch_first = reader.Bool("batch_first", false);
  options.dropout = reader.Float("dropout", 0);
  options.directions = reader.Bool("bidirectional", false) ? 2 : 1;
  if (!(options.dropout >= 0 && options.dropout <= 1)) {
    reader.Fail(
        "dropout: dropout should be a number in range [0, 1] representing the probability of an element being zeroed");
  }
  if (projectable) options.extents.projection = reader.Int("proj_size", kAnyInt, 0);
  if (options.extents.projection < 0) {
    reader.Fail("proj_size: proj_size should be a positive integer or zero to disable projections");
  } else if (options.extents.projection >= options.extents.hidden) {
    reader.Fail("proj_size: proj_size has to be smaller than hidden_size");
  }
  options.attrs.projected = options.extents.projection > 0;
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<RecurrentLayer>(type, arguments, options);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

LayerResult CreateRnn(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const std::string nonlinearity = reader.String("nonlinearity", "tanh");
  if (nonlinearity != "tanh" && nonlinearity != "relu") {
    reader.Fail(absl::StrCat("nonlinearity: Unknown nonlinearity '", nonlinearity, "'"));
  }
  const auto kind = nonlinearity == "relu" ? RecurrentKind::kRelu : RecurrentKind::kTanh;
  return CreateFrom("RNN", arguments, reader, kind, /*projectable=*/false);
}

LayerResult CreateLstm(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  return CreateFrom("LSTM", arguments, reader, RecurrentKind::kLstm, /*projectable=*/true);
}

LayerResult CreateGru(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  return CreateFrom("GRU", arguments, reader, RecurrentKind::kGru, /*projectable=*/false);
}

LayerResult CreateRnnBase(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const std::string mode = reader.String("mode", "");
  RecurrentKind kind = RecurrentKind::kTanh;
  if (mode == "LSTM") {
    kind = RecurrentKind::kLstm;
  } else if (mode == "GRU") {
    kind = RecurrentKind::kGru;
  } else if (mode == "RNN_RELU") {
    kind = RecurrentKind::kRelu;
  } else if (mode != "RNN_TANH") {
    reader.Fail(absl::StrCat("mode: Unrecognized RNN mode: ", mode));
  }
  return CreateFrom("RNNBase", arguments, reader, kind, kind == RecurrentKind::kLstm);
}

constexpr LayerInfo kLayers[] = {
    {"GRU", CreateGru},
    {"LSTM", CreateLstm},
    {"RNN", CreateRnn},
    {"RNNBase", CreateRnnBase},
};

}  // namespace

absl::Span<const LayerInfo> RecurrentLayers() { return kLayers; }

}  // namespace moduled::nn
