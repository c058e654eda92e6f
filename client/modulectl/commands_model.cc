// models, describe.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/json.h"
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
    Print(context, {{"model", ToJson(details.model)},
                    {"parameters", details.parameter_count},
                    {"bytes", details.parameter_bytes},
                    {"inputs", PortsToJson(signature.inputs)},
                    {"outputs", PortsToJson(signature.outputs)},
                    {"repr", details.repr}});
    return absl::OkStatus();
  }
  std::ostream& out = *context.out;
  out << "model   " << details.model.name << " version " << details.model.version << '\n'
      << "size    " << details.parameter_count << " parameters, " << details.parameter_bytes << " bytes\n";
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
  describe->add_option("MODEL", *model, "The model")->required();
  describe->callback([&run, model] { run = [model](const Context& context) { return Describe(context, *model); }; });
}

}  // namespace moduled::modulectl
