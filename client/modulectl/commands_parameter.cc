// parameters, parameter.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/json.h"
#include "client/modulectl/list_flags.h"
#include "client/modulectl/table.h"
#include "client/modulectl/tensor_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

Json ToJson(const contract::ParameterInfo& parameter) {
  Json json = {{"path", parameter.path}};
  json.update(modulectl::ToJson(parameter.tensor));
  json["requires_grad"] = parameter.requires_grad;
  return json;
}

absl::Status Parameters(const Context& context, const ListFlags& flags) {
  ASSIGN_OR_RETURN(const auto parameters, context.Connect()->introspection().NamedParameters(
                                              ParseModel(flags.model), flags.path, flags.options()));
  if (context.json) {
    Json list = Json::array();
    for (const contract::ParameterInfo& parameter : parameters.items) list.push_back(ToJson(parameter));
    Print(context, {{"model", modulectl::ToJson(parameters.model)}, {"parameters", std::move(list)}});
    return absl::OkStatus();
  }
  Table table({"PATH", "TYPE", "ELEMENTS", "REQUIRES_GRAD"});
  for (const contract::ParameterInfo& parameter : parameters.items) {
    table.Add({parameter.path, parameter.tensor.ToString(), absl::StrCat(parameter.tensor.numel()),
               parameter.requires_grad ? "True" : "False"});
  }
  table.Print(*context.out);
  return absl::OkStatus();
}

absl::Status GetParameter(const Context& context, const std::string& model, const std::string& path) {
  ASSIGN_OR_RETURN(const auto parameter, context.Connect()->introspection().GetParameter(ParseModel(model), path));
  if (context.json) {
    Json json = modulectl::ToJson(parameter.tensor);
    json["requires_grad"] = parameter.requires_grad;
    Print(context, json);
    return absl::OkStatus();
  }
  *context.out << path << "  " << Summary(parameter.tensor) << (parameter.requires_grad ? "  requires_grad\n" : "\n")
               << Elements(parameter.tensor, 8) << '\n';
  return absl::OkStatus();
}

}  // namespace

void AddParameterCommands(CLI::App& app, Run& run) {
  auto flags = std::make_shared<ListFlags>();
  CLI::App* list = app.add_subcommand("parameters", "List parameters, as named_parameters does");
  flags->AddTo(*list);
  list->callback([&run, flags] { run = [flags](const Context& c) { return Parameters(c, *flags); }; });

  CLI::App* get = app.add_subcommand("parameter", "Print one parameter");
  get->add_option("MODEL", flags->model, "The model")->required();
  get->add_option("PATH", flags->path, "The parameter")->required();
  get->callback(
      [&run, flags] { run = [flags](const Context& c) { return GetParameter(c, flags->model, flags->path); }; });
}

}  // namespace moduled::modulectl
