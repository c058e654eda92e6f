// modules, children.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/json.h"
#include "client/modulectl/table.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

struct Options {
  std::string model;
  std::string path;
  bool keep_duplicates = false;
};

void PrintModules(const Context& context, const contract::Listing<contract::ModuleInfo>& modules) {
  if (context.json) {
    Json list = Json::array();
    for (const contract::ModuleInfo& module : modules.items) list.push_back(ToJson(module));
    return Print(context, {{"model", ToJson(modules.model)}, {"modules", std::move(list)}});
  }
  Table table({"PATH", "TYPE", "PARAMETERS", "ARGUMENTS"});
  for (const contract::ModuleInfo& module : modules.items) {
    // The root has no name; a cell that shows nothing would look like a mistake.
    table.Add({module.path.empty() ? "''" : module.path, module.type, absl::StrCat(module.parameter_count),
               module.extra_repr});
  }
  table.Print(*context.out);
}

absl::Status Modules(const Context& context, const Options& options) {
  ASSIGN_OR_RETURN(const auto modules, context.Connect()->introspection().NamedModules(
                                           ParseModel(options.model), options.path, !options.keep_duplicates));
  PrintModules(context, modules);
  return absl::OkStatus();
}

absl::Status Children(const Context& context, const Options& options) {
  ASSIGN_OR_RETURN(const auto modules,
                   context.Connect()->introspection().NamedChildren(ParseModel(options.model), options.path));
  PrintModules(context, modules);
  return absl::OkStatus();
}

}  // namespace

void AddModuleCommands(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* modules = app.add_subcommand("modules", "List the modules of a tree, as named_modules does");
  modules->add_option("MODEL", options->model, "The model")->required();
  modules->add_option("PATH", options->path, "The module to start at; the root if not given");
  modules->add_flag("--keep-duplicates", options->keep_duplicates, "List a shared module under each of its names");
  modules->callback([&run, options] { run = [options](const Context& c) { return Modules(c, *options); }; });

  CLI::App* children = app.add_subcommand("children", "List a module's children, as named_children does");
  children->add_option("MODEL", options->model, "The model")->required();
  children->add_option("PATH", options->path, "The module; the root if not given");
  children->callback([&run, options] { run = [options](const Context& c) { return Children(c, *options); }; });
}

}  // namespace moduled::modulectl
