// models, describe.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/json.h"
#include "client/modulectl/plan_command.h"
#include "client/modulectl/plan_text.h"
#include "client/modulectl/signature.h"
#include "client/modulectl/table.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

absl::string_view StateName(contract::ModelState state) {
  switch (state) {
    case contract::ModelState::kLoading:
      return "LOADING";
    case contract::ModelState::kReady:
      return "READY";
    case contract::ModelState::kUnloading:
      return "UNLOADING";
    case contract::ModelState::kUnavailable:
      return "UNAVAILABLE";
  }
  return "UNKNOWN";
}

absl::Status Models(const Context& context) {
  ASSIGN_OR_RETURN(const auto models, context.Connect()->introspection().ListModels());
  if (context.json) {
    Json list = Json::array();
    for (const contract::ModelStatus& status : models) {
      Json json = ToJson(status.model);
      json["state"] = std::string(StateName(status.state));
      json["reason"] = status.reason;
      list.push_back(std::move(json));
    }
    Print(context, list);
    return absl::OkStatus();
  }
  Table table({"MODEL", "VERSION", "STATE", "REASON"});
  for (const contract::ModelStatus& status : models) {
    table.Add({status.model.name, status.model.version, std::string(StateName(status.state)), status.reason});
  }
  table.Print(*context.out);
  return absl::OkStatus();
}

void PrintPorts(std::ostream& out, absl::string_view title, const std::vector<Port>& ports) {
  for (const Port& port : ports) out << title << "  " << port.name << "  " << port.ToString() << '\n';
}

Json PortsToJson(const std::vector<Port>& ports) {
  Json list = Json::array();
  for (const Port& port : ports) {
    Json json = {{"name", port.name}};
    json.update(ToJson(port.spec));
    list.push_back(std::move(json));
  }
  return list;
}

absl::Status Describe(const Context& context, const std::string& model) {
  ASSIGN_OR_RETURN(const auto details, context.Connect()->introspection().DescribeModel(ParseModel(model)));
  ASSIGN_OR_RETURN(const Signature signature, ParseSignature(details.description));
  if (context.json) {
    Json json = {{"model", ToJson(details.model)},
                 {"parameters", details.parameter_count},
                 {"bytes", details.parameter_bytes},
                 {"precision", std::string(Name(details.precision))}};
    if (details.deviation.has_value()) json["deviation"] = NumberToJson(*details.deviation);
    json["inputs"] = PortsToJson(signature.inputs);
    json["outputs"] = PortsToJson(signature.outputs);
    json["repr"] = details.repr;
    Print(context, json);
    return absl::OkStatus();
  }
  std::ostream& out = *context.out;
  out << "model   " << details.model.name << " version " << details.model.version << '\n'
      << "size    " << details.parameter_count << " parameters, " << details.parameter_bytes << " bytes\n"
      << "runs    " << Name(details.precision);
  if (details.deviation.has_value()) {
    out << absl::StrFormat(": on its example, up to %.2g of the largest output from EXACT", *details.deviation);
  }
  out << '\n';
  PrintPorts(out, "input ", signature.inputs);
  PrintPorts(out, "output", signature.outputs);
  out << details.repr << '\n';
  return absl::OkStatus();
}

}  // namespace

void AddModelCommands(CLI::App& app, Run& run) {
  CLI::App* models = app.add_subcommand("models", "List the models of the repository and what is loaded");
  models->callback([&run] { run = Models; });

  CLI::App* describe = app.add_subcommand("describe", "Print a model: its size, signature and module tree");
  auto model = std::make_shared<std::string>();
  auto plan = std::make_shared<PlanFlags>();
  describe->add_option("MODEL", *model, "The model")->required();
  plan->AddTo(*describe);
  describe->callback([&run, model, plan] {
    run = [model, plan](const Context& context) {
      return plan->plan ? DescribePlan(context, *model, *plan) : Describe(context, *model);
    };
  });
}

}  // namespace moduled::modulectl
