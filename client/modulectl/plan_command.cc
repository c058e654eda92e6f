#include "client/modulectl/plan_command.h"

#include <memory>
#include <utility>

#include "client/modulectl/input_types.h"
#include "client/modulectl/plan_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {

void PlanFlags::AddTo(CLI::App& command) {
  CLI::Option* wanted =
      command.add_flag("--plan", plan, "Print the steps of a forward and their times instead: this runs the model");
  command.add_option("--input", inputs, kInputHelp)->needs(wanted);
  command.add_option("--threads", threads, "Threads of the plan. Default: as many as a call alone gets")->needs(wanted);
  command.add_option("--runs", runs, "Runs that the times are medians of; 0: no times")
      ->capture_default_str()
      ->needs(wanted);
  command.add_option("--observe", observed, "A module whose forward hooks are watched: a path or a pattern")
      ->needs(wanted);
  command.add_flag("--csv", csv, "Print the steps as comma-separated values")->needs(wanted);
}

absl::Status DescribePlan(const Context& context, const std::string& model, const PlanFlags& flags) {
  const std::unique_ptr<client::Client> client = context.Connect();
  contract::PlanCall call{.model = ParseModel(model),
                          .threads = flags.threads,
                          .runs = flags.runs,
                          .observed = flags.observed,
                          .context = {.deadline = context.Deadline(), .cancelled = {}}};
  ASSIGN_OR_RETURN(call.inputs, ReadInputTypes(*client, model, flags.inputs));
  ASSIGN_OR_RETURN(const auto plan, contract::DescribePlanAndWait(client->introspection(), std::move(call)));
  if (context.json) {
    Print(context, ToJson(plan));
  } else if (flags.csv) {
    PrintPlanCsv(plan, *context.out);
  } else {
    PrintPlan(plan, *context.out);
  }
  return absl::OkStatus();
}

}  // namespace moduled::modulectl
