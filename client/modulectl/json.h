// What modulectl prints for machines.
#pragma once

#include <nlohmann/json.hpp>

#include "client/modulectl/context.h"
#include "nn/tensor/datum.h"
#include "proto/contract/hooks.h"
#include "proto/contract/introspection.h"

namespace moduled::modulectl {

// Keys stay in the order in which they are set.
using Json = nlohmann::ordered_json;

Json ToJson(const contract::ModelRef& model);
Json ToJson(const nn::TensorSpec& spec);
// NaN and infinities are strings: JSON has none.
Json NumberToJson(double number);
// Nested lists of numbers, with dtype and shape beside them. NaN and infinities are strings: JSON has none.
Json ToJson(const nn::Tensor& tensor);
Json ToJson(const nn::Datum& datum);
Json ToJson(const contract::ModuleInfo& module);
Json ToJson(const contract::HookEvent& event, bool with_values);

// One line.
void Print(const Context& context, const Json& json);

}  // namespace moduled::modulectl
