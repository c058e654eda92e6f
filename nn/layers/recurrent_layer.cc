#include "nn/layers/recurrent_layer.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/recurrent_initial_states.h"
#include "nn/modules/python_text.h"
#include "nn/ops/cat.h"
#include "nn/ops/dropout.h"
#include "nn/ops/slice.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// "_l0", "_l0_reverse".
std::string Suffix(int64_t layer, bool reverse) { return absl::StrCat("_l", layer, reverse ? "_reverse" : ""); }

}  // namespace

absl::Status RecurrentLayer::Initialise(InitContext& context) {
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
  ASSIGN_OR_RETURN(const std::vector<Value> initial, InitialStates(trace, options_, sequence, given));
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

}  // namespace moduled::nn
