// buffers, buffer.
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

Json ToJson(const contract::BufferInfo& buffer) {
  Json json = {{"path", buffer.path}};
  json.update(modulectl::ToJson(buffer.tensor));
  json["persistent"] = buffer.persistent;
  return json;
}

absl::Status Buffers(const Context& context, const ListFlags& flags) {
  ASSIGN_OR_RETURN(const auto buffers, context.Connect()->introspection().NamedBuffers(ParseModel(flags.model),
                                                                                       flags.path, flags.options()));
  if (context.json) {
    Json list = Json::array();
    for (const contract::BufferInfo& buffer : buffers.items) list.push_back(ToJson(buffer));
    Print(context, {{"model", modulectl::ToJson(buffers.model)}, {"buffers", std::move(list)}});
    return absl::OkStatus();
  }
  Table table({"PATH", "TYPE", "PERSISTENT"});
  for (const contract::BufferInfo& buffer : buffers.items) {
    table.Add({buffer.path, buffer.tensor.ToString(), buffer.persistent ? "True" : "False"});
  }
  table.Print(*context.out);
  return absl::OkStatus();
}

absl::Status GetBuffer(const Context& context, const std::string& model, const std::string& path) {
  ASSIGN_OR_RETURN(const auto buffer, context.Connect()->introspection().GetBuffer(ParseModel(model), path));
  if (context.json) {
    Json json = modulectl::ToJson(buffer.tensor);
    json["persistent"] = buffer.persistent;
    Print(context, json);
    return absl::OkStatus();
  }
  *context.out << path << "  " << Summary(buffer.tensor) << '\n' << Elements(buffer.tensor, 8) << '\n';
  return absl::OkStatus();
}

}  // namespace

void AddBufferCommands(CLI::App& app, Run& run) {
  auto flags = std::make_shared<ListFlags>();
  CLI::App* list = app.add_subcommand("buffers", "List buffers, as named_buffers does");
  flags->AddTo(*list);
  list->callback([&run, flags] { run = [flags](const Context& c) { return Buffers(c, *flags); }; });

  CLI::App* get = app.add_subcommand("buffer", "Print one buffer");
  get->add_option("MODEL", flags->model, "The model")->required();
  get->add_option("PATH", flags->path, "The buffer")->required();
  get->callback([&run, flags] { run = [flags](const Context& c) { return GetBuffer(c, flags->model, flags->path); }; });
}

}  // namespace moduled::modulectl
