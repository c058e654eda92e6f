#include "client/modulectl/plan_text.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/modulectl/csv.h"
#include "client/modulectl/table.h"

namespace moduled::modulectl {
namespace {

using contract::PlanReply;
using contract::PlanStep;

std::string Types(const std::vector<nn::TensorSpec>& specs) {
  return absl::StrJoin(specs, " ", [](std::string* out, const nn::TensorSpec& spec) { out->append(spec.ToString()); });
}

Json TypesJson(const std::vector<nn::TensorSpec>& specs) {
  Json list = Json::array();
  for (const nn::TensorSpec& spec : specs) list.push_back(ToJson(spec));
  return list;
}

const char* Layout(const PlanStep& step) { return step.channels_last ? "channels-last" : "plain"; }

// Where nothing was timed a dash says more than a zero.
std::string Microseconds(const PlanReply& plan, absl::Duration time) {
  return plan.runs == 0 ? "-" : absl::StrFormat("%.1f", absl::ToDoubleMicroseconds(time));
}

std::string Share(const PlanReply& plan, absl::Duration time) {
  if (plan.time == absl::ZeroDuration()) return "-";
  return absl::StrFormat("%.1f%%", 100 * absl::FDivDuration(time, plan.time));
}

std::string Megabytes(uint64_t bytes) { return absl::StrFormat("%.2f MB", static_cast<double>(bytes) / 1e6); }

}  // namespace

absl::string_view Name(contract::Precision precision) {
  switch (precision) {
    case contract::Precision::kExact:
      return "EXACT";
    case contract::Precision::kDefault:
      return "DEFAULT";
    case contract::Precision::kFast:
      return "FAST";
  }
  return "UNKNOWN";
}

void PrintPlan(const PlanReply& plan, std::ostream& out) {
  out << "model   " << plan.model.name << " version " << plan.model.version << '\n'
      << "input   " << Types(plan.inputs) << '\n'
      << "runs    " << Name(plan.precision) << " on " << plan.threads << (plan.threads == 1 ? " thread" : " threads")
      << '\n'
      << "memory  " << Megabytes(plan.arena_bytes) << " inside of a run, " << Megabytes(plan.result_bytes)
      << " handed out\n";
  Table table({"STEP", "MODULE", "OPERATORS", "ALGORITHM", "LAYOUT", "OUTPUT", "TIME us", "SHARE"});
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const PlanStep& step = plan.steps[i];
    std::vector<std::string> operators = {step.op};
    operators.insert(operators.end(), step.absorbed.begin(), step.absorbed.end());
    table.Add({absl::StrCat(i + 1), step.path.empty() ? "''" : step.path, absl::StrJoin(operators, " + "),
               step.algorithm, Layout(step), Types(step.outputs), Microseconds(plan, step.time),
               Share(plan, step.time)});
  }
  table.Add({"total", "", "", "", "", "", Microseconds(plan, plan.time), Share(plan, plan.time)});
  table.Print(out);
}

void PrintPlanCsv(const PlanReply& plan, std::ostream& out) {
  out << "step,path,op,absorbed,algorithm,layout,outputs,scratch_bytes,time_ns\n";
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const PlanStep& step = plan.steps[i];
    const std::string time = plan.runs == 0 ? "" : absl::StrCat(absl::ToInt64Nanoseconds(step.time));
    out << CsvLine({absl::StrCat(i + 1), step.path, step.op, absl::StrJoin(step.absorbed, " "), step.algorithm,
                    Layout(step), Types(step.outputs), absl::StrCat(step.scratch_bytes), time})
        << '\n';
  }
}

Json ToJson(const PlanReply& plan) {
  Json steps = Json::array();
  for (const PlanStep& step : plan.steps) {
    Json json = {{"path", step.path},
                 {"op", step.op},
                 {"absorbed", step.absorbed},
                 {"algorithm", step.algorithm},
                 {"layout", Layout(step)},
                 {"outputs", TypesJson(step.outputs)},
                 {"scratch_bytes", step.scratch_bytes}};
    if (plan.runs > 0) json["time_ns"] = absl::ToInt64Nanoseconds(step.time);
    steps.push_back(std::move(json));
  }
  Json json = {{"model", ToJson(plan.model)},       {"precision", std::string(Name(plan.precision))},
               {"threads", plan.threads},           {"inputs", TypesJson(plan.inputs)},
               {"steps", std::move(steps)},         {"arena_bytes", plan.arena_bytes},
               {"result_bytes", plan.result_bytes}, {"runs", plan.runs}};
  if (plan.runs > 0) json["time_ns"] = absl::ToInt64Nanoseconds(plan.time);
  return json;
}

}  // namespace moduled::modulectl
