// state-dict, load-state-dict.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_join.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/json.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/checkpoint.h"
#include "nn/weights/safetensors.h"

namespace moduled::modulectl {
namespace {

struct Options {
  std::string model;
  std::string file;
  std::string path;
  bool not_strict = false;
};

absl::Status Save(const Context& context, const Options& options) {
  ASSIGN_OR_RETURN(const auto reply,
                   context.Connect()->introspection().StateDict(ParseModel(options.model), options.path));
  RETURN_IF_ERROR(nn::WriteSafetensors(options.file, reply.state_dict));
  size_t bytes = 0;
  for (const auto& [name, tensor] : reply.state_dict.tensors) bytes += tensor.byte_size();
  if (context.json) {
    Print(context, {{"model", ToJson(reply.model)},
                    {"file", options.file},
                    {"tensors", reply.state_dict.tensors.size()},
                    {"bytes", bytes}});
  } else {
    *context.out << "wrote " << reply.state_dict.tensors.size() << " tensors, " << bytes << " bytes, to "
                 << options.file << '\n';
  }
  return absl::OkStatus();
}

absl::Status Load(const Context& context, const Options& options) {
  ASSIGN_OR_RETURN(nn::StateDict state_dict, nn::ReadWeightsFile(options.file));
  ASSIGN_OR_RETURN(const auto reply, context.Connect()->admin().LoadStateDict(
                                         {ParseModel(options.model), std::move(state_dict), !options.not_strict}));
  if (context.json) {
    Print(context, {{"model", ToJson(reply.model)},
                    {"missing_keys", reply.missing_keys},
                    {"unexpected_keys", reply.unexpected_keys}});
    return absl::OkStatus();
  }
  *context.out << "loaded " << reply.model.name << " version " << reply.model.version << '\n';
  if (!reply.missing_keys.empty()) *context.out << "missing: " << absl::StrJoin(reply.missing_keys, ", ") << '\n';
  if (!reply.unexpected_keys.empty()) {
    *context.out << "unexpected: " << absl::StrJoin(reply.unexpected_keys, ", ") << '\n';
  }
  return absl::OkStatus();
}

}  // namespace

void AddStateDictCommands(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* save = app.add_subcommand("state-dict", "Save a model's state_dict as a safetensors file");
  save->add_option("MODEL", options->model, "The model")->required();
  save->add_option("FILE", options->file, "The file to write")->required();
  save->add_option("--path", options->path, "The module to start at; the root if not given");
  save->callback([&run, options] { run = [options](const Context& c) { return Save(c, *options); }; });

  CLI::App* load = app.add_subcommand("load-state-dict", "Load a file as the model's next version");
  load->add_option("MODEL", options->model, "The model")->required();
  load->add_option("FILE", options->file, "A safetensors file, or a .pt or .pth file of torch.save")->required();
  load->add_flag("--not-strict", options->not_strict, "Accept missing and unexpected keys");
  load->callback([&run, options] { run = [options](const Context& c) { return Load(c, *options); }; });
}

}  // namespace moduled::modulectl
