// load, unload.
#include <CLI/CLI.hpp>
#include <memory>

#include "client/modulectl/commands.h"
#include "client/modulectl/json.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

absl::Status Load(const Context& context, const std::string& model) {
  ASSIGN_OR_RETURN(const auto loaded, context.Connect()->admin().LoadModel({ParseModel(model), std::nullopt, 0}));
  if (context.json) {
    Print(context, ToJson(loaded));
  } else {
    *context.out << "loaded " << loaded.name << " version " << loaded.version << '\n';
  }
  return absl::OkStatus();
}

absl::Status Unload(const Context& context, const std::string& model) {
  ASSIGN_OR_RETURN(const auto unloaded, context.Connect()->admin().UnloadModel(ParseModel(model)));
  if (context.json) {
    Json list = Json::array();
    for (const contract::ModelRef& ref : unloaded) list.push_back(ToJson(ref));
    Print(context, list);
    return absl::OkStatus();
  }
  for (const contract::ModelRef& ref : unloaded) {
    *context.out << "unloaded " << ref.name << " version " << ref.version << '\n';
  }
  return absl::OkStatus();
}

}  // namespace

void AddAdminCommands(CLI::App& app, Run& run) {
  auto model = std::make_shared<std::string>();
  CLI::App* load = app.add_subcommand("load", "Load a model of the repository");
  load->add_option("MODEL", *model, "The model")->required();
  load->callback([&run, model] { run = [model](const Context& c) { return Load(c, *model); }; });

  CLI::App* unload = app.add_subcommand("unload", "Stop serving a model, or one version of it");
  unload->add_option("MODEL", *model, "The model")->required();
  unload->callback([&run, model] { run = [model](const Context& c) { return Unload(c, *model); }; });
}

}  // namespace moduled::modulectl
