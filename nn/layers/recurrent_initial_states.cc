#include "nn/layers/recurrent_initial_states.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/axes.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

std::string ListText(const Shape& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

absl::Status CheckRanks(const Trace& trace, const RecurrentOptions& options, const Sequence& sequence,
                        const std::vector<Value>& states) {
  if (sequence.packed()) return absl::OkStatus();
  const size_t want = sequence.batched() ? 3 : 2;
  const auto rank = [&](size_t i) { return trace.spec(states[i]).shape.rank(); };
  if (rank(0) == want && rank(states.size() - 1) == want) return absl::OkStatus();
  const std::string input = absl::StrCat("For ", sequence.batched() ? "batched 3-D" : "unbatched 2-D", " input, hx ");
  return absl::InvalidArgumentError(
      options.attrs.lstm()
          ? absl::StrCat(input, "and cx should also be ", want, "-D but got (", rank(0), "-D, ", rank(1), "-D) tensors")
          : absl::StrCat(input, "should also be ", want, "-D but got ", rank(0), "-D tensor"));
}

absl::Status CheckShape(const RecurrentOptions& options, const Shape& got, const Shape& want, size_t state) {
  if (got == want) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Expected hidden",
                                                 options.attrs.lstm() ? absl::StrCat("[", state, "]") : "", " size ",
                                                 TupleRepr(want.extents()), ", got ", ListText(got)));
}

}  // namespace

absl::StatusOr<std::vector<Value>> InitialStates(Trace& trace, const RecurrentOptions& options,
                                                 const Sequence& sequence, const Symbol& given) {
  const int64_t cells = options.num_layers * options.directions;
  std::vector<Shape> shapes = {{cells, sequence.batch(), options.extents.width()}};
  if (options.attrs.lstm()) shapes.push_back({cells, sequence.batch(), options.extents.hidden});
  std::vector<Value> states;
  if (given.IsNone()) {
    for (const Shape& shape : shapes) {
      ASSIGN_OR_RETURN(const Value zeros, ZeroState(trace, sequence.rows(), shape));
      states.push_back(zeros);
    }
    return states;
  }
  const std::vector<Symbol>* items = options.attrs.lstm() ? given.Items() : nullptr;
  for (size_t i = 0; i < shapes.size(); ++i) {
    const Value* state = items == nullptr ? given.As<Value>() : items->size() == 2 ? (*items)[i].As<Value>() : nullptr;
    if (state == nullptr || (options.attrs.lstm() && items == nullptr)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "hx must be ", options.attrs.lstm() ? "a tuple of two Tensors" : "a Tensor", ", not ", TypeName(given)));
    }
    states.push_back(*state);
  }
  RETURN_IF_ERROR(CheckRanks(trace, options, sequence, states));
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (!sequence.packed() && !sequence.batched()) {
      const Shape& shape = trace.spec(states[i]).shape;
      ASSIGN_OR_RETURN(states[i], ReshapeTo(trace, states[i], {shape[0], 1, shape[1]}));
    }
    RETURN_IF_ERROR(CheckShape(options, trace.spec(states[i]).shape, shapes[i], i));
    ASSIGN_OR_RETURN(states[i], sequence.SortStates(trace, states[i]));
  }
  return states;
}

}  // namespace moduled::nn
