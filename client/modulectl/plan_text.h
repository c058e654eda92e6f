// A plan as people, spreadsheets and machines read it.
#pragma once

#include <ostream>

#include "client/modulectl/json.h"
#include "proto/contract/plan.h"

namespace moduled::modulectl {

// "EXACT", "DEFAULT" or "FAST".
absl::string_view Name(contract::Precision precision);

// One line for each step, then one for all of them.
void PrintPlan(const contract::PlanReply& plan, std::ostream& out);
void PrintPlanCsv(const contract::PlanReply& plan, std::ostream& out);
Json ToJson(const contract::PlanReply& plan);

}  // namespace moduled::modulectl
