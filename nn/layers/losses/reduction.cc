#include "nn/layers/losses/reduction.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "nn/layers/formula.h"

namespace moduled::nn {
namespace {

std::optional<Reduction> Parse(absl::string_view text) {
  if (text == "none") return Reduction::kNone;
  if (text == "mean") return Reduction::kMean;
  if (text == "sum") return Reduction::kSum;
  return std::nullopt;
}

// Both are on unless they are turned off.
std::optional<Reduction> ReadLegacy(AttributeReader& reader) {
  const bool given = reader.Has("size_average") || reader.Has("reduce");
  const bool size_average = reader.Bool("size_average", true);
  const bool reduce = reader.Bool("reduce", true);
  if (!given) return std::nullopt;
  if (!reduce) return Reduction::kNone;
  return size_average ? Reduction::kMean : Reduction::kSum;
}

Reduction Read(AttributeReader& reader, absl::string_view suffix, bool batch_mean) {
  const std::string text = reader.String("reduction", "mean");
  if (const std::optional<Reduction> legacy = ReadLegacy(reader)) return *legacy;
  if (batch_mean && text == "batchmean") return Reduction::kBatchMean;
  const std::optional<Reduction> reduction = Parse(text);
  if (!reduction.has_value()) reader.Fail(absl::StrCat("reduction: ", text, suffix));
  return reduction.value_or(Reduction::kMean);
}

}  // namespace

Reduction ReadReduction(AttributeReader& reader, ReductionError error) {
  const bool in_python = error == ReductionError::kNotValid;
  return Read(reader, in_python ? " is not valid" : " is not a valid value for reduction", /*batch_mean=*/false);
}

Reduction ReadReductionWithBatchMean(AttributeReader& reader) {
  return Read(reader, " is not a valid value for reduction", /*batch_mean=*/true);
}

absl::StatusOr<Value> Reduce(Trace& trace, Value losses, Reduction reduction) {
  if (reduction == Reduction::kNone) return losses;
  Formula f(trace);
  return f.Result(reduction == Reduction::kMean ? f.MeanAll(losses) : f.SumAll(losses));
}

}  // namespace moduled::nn
