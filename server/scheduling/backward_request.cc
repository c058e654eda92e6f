#include "server/scheduling/backward_request.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/near_names.h"
#include "server/hooks/name_pattern.h"

namespace moduled::server {
namespace {

using Kind = nn::Objective::Kind;

absl::StatusOr<int32_t> DecodePlace(uint32_t place, absl::string_view field) {
  if (place <= static_cast<uint32_t>(std::numeric_limits<int32_t>::max())) return static_cast<int32_t>(place);
  return absl::InvalidArgumentError(absl::StrCat(field, ": out of range (got ", place, ")"));
}

absl::StatusOr<std::optional<int32_t>> DecodeOutput(std::optional<uint32_t> output, absl::string_view field) {
  if (!output.has_value()) return std::optional<int32_t>();
  ASSIGN_OR_RETURN(const int32_t place, DecodePlace(*output, field));
  return std::optional<int32_t>(place);
}

// The engine's objective. std::visit picks the function.
struct ObjectiveOf {
  const nn::Module& root;

  absl::StatusOr<nn::Objective> operator()(const contract::ImplicitObjective&) const { return nn::Objective(); }

  absl::StatusOr<nn::Objective> operator()(const contract::GradOutputs& given) const {
    if (given.values.empty()) return absl::InvalidArgumentError("grad_outputs.values: none (want one for each output)");
    nn::Objective objective{.kind = Kind::kGradOutputs};
    objective.grad_output = given.values.size() == 1 ? given.values[0] : nn::Datum(nn::Datum::Tuple{given.values});
    return objective;
  }

  absl::StatusOr<nn::Objective> operator()(const contract::ClassIndex& classes) const {
    if (classes.indices.empty())
      return absl::InvalidArgumentError("class_index.indices: none (want one, or one a row)");
    nn::Objective objective{.kind = Kind::kClassIndex, .classes = classes.indices};
    ASSIGN_OR_RETURN(objective.output, DecodeOutput(classes.output, "class_index.output"));
    return objective;
  }

  absl::StatusOr<nn::Objective> operator()(const contract::OutputSum& sum) const {
    nn::Objective objective{.kind = Kind::kSum};
    ASSIGN_OR_RETURN(objective.output, DecodeOutput(sum.output, "sum.output"));
    return objective;
  }

  absl::StatusOr<nn::Objective> operator()(const contract::LossLayer& loss) const {
    if (const auto module = root.get_submodule(loss.path); !module.ok()) {
      std::vector<std::string> names;
      for (const auto& [name, each] : root.named_modules(/*remove_duplicate=*/false)) names.push_back(name);
      return absl::NotFoundError(absl::StrCat("loss.path: the model has no module ", Shown(loss.path),
                                              contract::DidYouMean(loss.path, names)));
    }
    nn::Objective objective{.kind = Kind::kLoss, .loss = loss.path, .targets = loss.targets};
    ASSIGN_OR_RETURN(objective.output, DecodeOutput(loss.output, "loss.output"));
    return objective;
  }
};

bool IsPattern(const std::string& name) { return name.find_first_of("*?") != std::string::npos; }

// The first names of the parameters that names and patterns mean, in named_parameters' order.
absl::StatusOr<std::vector<std::string>> ParametersOf(const std::vector<std::string>& wanted, const nn::Module& root) {
  const auto all = root.named_parameters(/*recurse=*/true, /*remove_duplicate=*/false);
  absl::flat_hash_map<std::string, const nn::Parameter*> by_name(all.begin(), all.end());
  absl::flat_hash_set<const nn::Parameter*> chosen;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const std::string field = absl::StrCat("grad_parameters.names[", i, "]");
    const std::string& name = wanted[i];
    if (!IsPattern(name)) {
      const auto found = by_name.find(name);
      if (found != by_name.end()) {
        chosen.insert(found->second);
        continue;
      }
      std::vector<std::string> names;
      for (const auto& [each, parameter] : all) names.push_back(each);
      return absl::NotFoundError(
          absl::StrCat(field, ": the model has no parameter ", Shown(name), contract::DidYouMean(name, names)));
    }
    const absl::StatusOr<NamePattern> pattern = NamePattern::Glob(name);
    if (!pattern.ok()) return absl::InvalidArgumentError(absl::StrCat(field, ": ", pattern.status().message()));
    bool any = false;
    for (const auto& [each, parameter] : all) {
      if (!parameter->requires_grad || !pattern->Matches(each)) continue;
      chosen.insert(parameter);
      any = true;
    }
    if (!any) {
      return absl::NotFoundError(absl::StrCat(field, ": no parameter with requires_grad matches ", Shown(name)));
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, parameter] : root.named_parameters()) {
    if (chosen.contains(parameter)) names.push_back(name);
  }
  return names;
}

}  // namespace

absl::StatusOr<nn::BackwardCall> ResolveBackward(const contract::BackwardCall& call, const nn::Module& root) {
  nn::BackwardCall backward;
  ASSIGN_OR_RETURN(backward.objective, std::visit(ObjectiveOf{root}, call.objective));
  if (call.grad_inputs.has_value()) {
    backward.inputs.emplace();
    for (const uint32_t place : *call.grad_inputs) {
      ASSIGN_OR_RETURN(const int32_t index, DecodePlace(place, "grad_inputs"));
      backward.inputs->push_back(index);
    }
  }
  if (call.grad_parameters.has_value()) {
    ASSIGN_OR_RETURN(backward.parameters, ParametersOf(*call.grad_parameters, root));
  }
  return backward;
}

}  // namespace moduled::server
