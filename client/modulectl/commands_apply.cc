// apply.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/modulectl/apply_text.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/json.h"
#include "client/modulectl/table.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

struct Options {
  std::string model;
  std::string path;
  std::vector<std::string> functions;
  std::string type;
  std::vector<std::string> names;
  uint64_t seed = 0;
};

absl::StatusOr<contract::ApplyCall> CallOf(const Options& options) {
  contract::ApplyCall call{.model = ParseModel(options.model), .path = options.path, .seed = options.seed};
  for (const std::string& text : options.functions) {
    ASSIGN_OR_RETURN(contract::ApplyFunction function, ParseApplyFunction(text));
    function.type = options.type;
    function.names = options.names;
    call.functions.push_back(std::move(function));
  }
  return call;
}

absl::Status Apply(const Context& context, const Options& options) {
  ASSIGN_OR_RETURN(const contract::ApplyCall call, CallOf(options));
  ASSIGN_OR_RETURN(const contract::ApplyReply reply, context.Connect()->admin().Apply(call));
  if (context.json) {
    Json visited = Json::array();
    for (const contract::VisitedModule& each : reply.visited) {
      visited.push_back({{"path", each.path}, {"type", each.type}, {"changed", each.changed}});
    }
    Print(context, {{"model", ToJson(reply.model)}, {"visited", std::move(visited)}});
    return absl::OkStatus();
  }
  Table table({"PATH", "TYPE", "CHANGED"});
  for (const contract::VisitedModule& each : reply.visited) {
    table.Add({each.path.empty() ? "''" : each.path, each.type, absl::StrJoin(each.changed, ", ")});
  }
  table.Print(*context.out);
  *context.out << "wrote " << reply.model.name << " version " << reply.model.version << '\n';
  return absl::OkStatus();
}

}  // namespace

void AddApplyCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* apply = app.add_subcommand("apply", "Change a model's tensors, as the model's next version");
  apply->add_option("MODEL", options->model, "The model")->required();
  apply->add_option("--path", options->path, "The module to start at; the root if not given");
  apply
      ->add_option(
          "--function", options->functions,
          absl::StrCat("NAME[:KEY=VALUE,...], e.g. normal:std=0.02; may be repeated. Names: ", ApplyFunctionNames()))
      ->required()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  apply->add_option("--type", options->type, "Only modules of this class, e.g. Conv2d");
  apply->add_option("--names", options->names, "Only these tensors of a module, e.g. weight,bias")->delimiter(',');
  apply->add_option("--seed", options->seed, "As torch.manual_seed() before the call")->capture_default_str();
  apply->callback([&run, options] { run = [options](const Context& c) { return Apply(c, *options); }; });
}

}  // namespace moduled::modulectl
