#include "client/modulectl/hook_steps.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/modulectl/edit_steps.h"
#include "client/modulectl/hook_step.h"
#include "client/modulectl/hook_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

using contract::ReduceStep;
using contract::SliceStep;

// "start:stop:step", each of them optional; "" is the whole dimension.
absl::StatusOr<SliceStep::Range> ParseRange(const Step& step, absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  SliceStep::Range range;
  std::optional<int64_t>* const bounds[] = {&range.start, &range.stop, &range.step};
  if (parts.size() > std::size(bounds)) return step.Invalid("a range is START:STOP:STEP");
  if (parts.size() == 1 && !parts[0].empty()) return step.Invalid("a range has a colon: START:STOP");
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    ASSIGN_OR_RETURN(*bounds[i], ParseInt(step, parts[i]));
  }
  return range;
}

absl::Status AddSlice(const Step& step, contract::Hook& hook) {
  SliceStep slice;
  for (const absl::string_view item : step.items()) {
    ASSIGN_OR_RETURN(SliceStep::Range range, ParseRange(step, item));
    slice.dims.push_back(range);
  }
  if (slice.dims.empty()) return step.Invalid("want START:STOP:STEP for each dimension");
  hook.transform.emplace_back(std::move(slice));
  return absl::OkStatus();
}

absl::Status AddReduction(const Step& step, ReduceStep::Op op, contract::Hook& hook) {
  ReduceStep reduce{.op = op};
  ASSIGN_OR_RETURN(reduce.dims, ParseInts(step, step.items()));
  hook.transform.emplace_back(std::move(reduce));
  return absl::OkStatus();
}

absl::Status AddTopK(const Step& step, contract::Hook& hook) {
  const std::vector<absl::string_view> items = step.items();
  if (items.empty() || items.size() > 2) return step.Invalid("want K, or K,DIM");
  ReduceStep reduce{.op = ReduceStep::Op::kTopK};
  ASSIGN_OR_RETURN(reduce.k, ParseCount(step, items[0]));
  ASSIGN_OR_RETURN(reduce.dims, ParseInts(step, {items.begin() + 1, items.end()}));
  hook.transform.emplace_back(std::move(reduce));
  return absl::OkStatus();
}

absl::Status AddHistogram(const Step& step, contract::Hook& hook) {
  const std::vector<absl::string_view> items = step.items();
  if (items.size() != 1 && items.size() != 3) return step.Invalid("want BINS, or BINS,MIN,MAX");
  ReduceStep reduce{.op = ReduceStep::Op::kHistogram};
  ASSIGN_OR_RETURN(reduce.bins, ParseCount(step, items[0]));
  if (items.size() == 3) {
    ASSIGN_OR_RETURN(reduce.min, ParseNumber(step, items[1]));
    ASSIGN_OR_RETURN(reduce.max, ParseNumber(step, items[2]));
  }
  hook.transform.emplace_back(std::move(reduce));
  return absl::OkStatus();
}

absl::Status AddCast(const Step& step, contract::Hook& hook) {
  const std::optional<nn::DType> dtype = nn::ParseDType(step.value);
  if (!dtype.has_value()) return step.Invalid("no such type (want float32, float16, int64, ...)");
  hook.transform.emplace_back(contract::CastStep{*dtype});
  return absl::OkStatus();
}

absl::Status SetKind(const Step& step, contract::Hook& hook) {
  ASSIGN_OR_RETURN(hook.kind, ParseHookKind(std::string(step.value)));
  return absl::OkStatus();
}

absl::Status SetCall(const Step& step, contract::Hook& hook) {
  ASSIGN_OR_RETURN(hook.call_index, ParseCount(step, step.value));
  return absl::OkStatus();
}

absl::Status SetLegacy(const Step& step, contract::Hook& hook) {
  if (step.has_value) return step.Invalid("takes no value");
  hook.legacy = true;
  return absl::OkStatus();
}

template <ReduceStep::Op op>
absl::Status Reduce(const Step& step, contract::Hook& hook) {
  return AddReduction(step, op, hook);
}

constexpr std::pair<absl::string_view, absl::Status (*)(const Step&, contract::Hook&)> kSteps[] = {
    {"kind", SetKind},
    {"call", SetCall},
    {"legacy", SetLegacy},
    {"slice", AddSlice},
    {"mean", Reduce<ReduceStep::Op::kMean>},
    {"sum", Reduce<ReduceStep::Op::kSum>},
    {"max", Reduce<ReduceStep::Op::kMax>},
    {"min", Reduce<ReduceStep::Op::kMin>},
    {"norm", Reduce<ReduceStep::Op::kNorm>},
    {"std", Reduce<ReduceStep::Op::kStd>},
    {"topk", AddTopK},
    {"histogram", AddHistogram},
    {"cast", AddCast},
    {"replace", AddReplace},
    {"scale", AddScale},
    {"add", AddSummand},
    {"zero", AddZero},
    {"clamp", AddClamp},
    {"select", AddSelect},
};

}  // namespace

absl::Status AddHookStep(absl::string_view text, contract::Hook& hook) {
  Step step{.text = text, .name = text, .value = "", .has_value = false};
  if (const size_t equals = text.find('='); equals != absl::string_view::npos) {
    step.name = text.substr(0, equals);
    step.value = text.substr(equals + 1);
    step.has_value = true;
  }
  for (const auto& [name, add] : kSteps) {
    if (name == step.name) return add(step, hook);
  }
  std::string known;
  for (const auto& [name, add] : kSteps) absl::StrAppend(&known, known.empty() ? "" : ", ", name);
  return step.Invalid(absl::StrCat("unknown (want ", known, ")"));
}

}  // namespace moduled::modulectl
