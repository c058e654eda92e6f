// forward.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/modulectl/classes.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/hook_text.h"
#include "client/modulectl/json.h"
#include "client/modulectl/tensor_file.h"
#include "client/modulectl/tensor_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> files;
  std::string labels_file;
  int64_t top = 1;
  std::string output_file;
  std::vector<std::string> hooks;
  std::string hook_kind = "forward";
};

// Where the results of all files go.
struct Results {
  std::vector<std::string> labels;
  NamedTensors saved;
};

absl::StatusOr<contract::ForwardCall> MakeCall(const Context& context, const Options& options,
                                               const Signature& signature, const std::string& file) {
  contract::ForwardCall call;
  call.model = ParseModel(options.model);
  ASSIGN_OR_RETURN(call.arguments.args, ReadInputs(file, signature));
  ASSIGN_OR_RETURN(const contract::HookKind kind, ParseHookKind(options.hook_kind));
  for (const std::string& selector : options.hooks) call.hooks.push_back(ParseHook(selector, kind));
  call.context.deadline = context.Deadline();
  return call;
}

// Rows of logits are shown as classes, anything else in summary.
void PrintOutput(const Context& context, const Options& options, const Results& results, const std::string& file,
                 const nn::Datum& output) {
  const nn::Tensor* tensor = output.As<nn::Tensor>();
  if (tensor == nullptr || tensor->dtype() != nn::DType::kFloat32 || tensor->rank() != 2 || tensor->shape()[1] < 2) {
    *context.out << file << "  " << Summary(output) << '\n';
    return;
  }
  for (const std::vector<Class>& row : TopClasses(*tensor, options.top, results.labels)) {
    *context.out << file;
    for (const Class& c : row) {
      *context.out << "  " << (c.label.empty() ? absl::StrCat("class ", c.index) : c.label)
                   << absl::StrFormat(" %.1f%%", 100 * c.probability);
    }
    *context.out << '\n';
  }
}

void PrintReply(const Context& context, const Options& options, const Results& results, const std::string& file,
                const contract::ForwardReply& reply) {
  if (context.json) {
    Json json = {{"file", file}, {"model", ToJson(reply.model)}, {"request_id", reply.request_id}};
    json["output"] = ToJson(reply.output);
    json["events"] = Json::array();
    for (const contract::HookEvent& event : reply.events) json["events"].push_back(ToJson(event, true));
    json["unfired"] = Json::array();
    for (const contract::UnfiredHook& hook : reply.unfired) {
      json["unfired"].push_back({{"selector", hook.hook.selector}, {"path", hook.path}, {"reason", hook.reason}});
    }
    return Print(context, json);
  }
  PrintOutput(context, options, results, file, reply.output);
  for (const contract::HookEvent& event : reply.events) {
    *context.out << "  " << HookKindName(event.kind) << "  " << EventName(event) << " (" << event.type << ")  "
                 << (event.output.has_value() ? Summary(*event.output) : Summary(nn::Datum::Tuple{event.inputs}))
                 << '\n';
  }
  for (const contract::UnfiredHook& hook : reply.unfired) {
    *context.out << "  did not fire: " << hook.hook.selector << "  " << hook.path << "  " << hook.reason << '\n';
  }
}

void Save(const std::string& prefix, const contract::ForwardReply& reply, NamedTensors& saved) {
  size_t index = 0;
  ForEachLeaf(reply.output, [&](const nn::Tensor& tensor) {
    saved.emplace_back(absl::StrCat(prefix, index == 0 ? "output" : absl::StrCat("output.", index)), tensor);
    ++index;
  });
  for (const contract::HookEvent& event : reply.events) {
    for (auto& [name, tensor] : EventTensors(event)) saved.emplace_back(prefix + name, std::move(tensor));
  }
}

absl::Status Forward(const Context& context, const Options& options) {
  const std::unique_ptr<client::Client> client = context.Connect();
  ASSIGN_OR_RETURN(const auto details, client->introspection().DescribeModel(ParseModel(options.model)));
  ASSIGN_OR_RETURN(const Signature signature, ParseSignature(details.description));
  Results results;
  if (!options.labels_file.empty()) {
    ASSIGN_OR_RETURN(results.labels, ReadLabels(options.labels_file));
  }
  for (const std::string& file : options.files) {
    ASSIGN_OR_RETURN(contract::ForwardCall call, MakeCall(context, options, signature, file));
    ASSIGN_OR_RETURN(const auto reply, contract::ForwardAndWait(client->inference(), std::move(call)));
    PrintReply(context, options, results, file, reply);
    if (!options.output_file.empty()) Save(options.files.size() == 1 ? "" : file + "/", reply, results.saved);
  }
  return options.output_file.empty() ? absl::OkStatus() : WriteTensors(options.output_file, results.saved);
}

}  // namespace

void AddForwardCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* forward = app.add_subcommand("forward", "Run a model on safetensors or PNG files");
  forward->add_option("MODEL", options->model, "The model")->required();
  forward->add_option("FILE", options->files, "The inputs, one call a file; a PNG's values are scaled to 0..1")
      ->required();
  forward->add_option("--labels", options->labels_file, "Names of the classes, one a line");
  forward->add_option("--top", options->top, "Classes to print of each row of logits")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  forward->add_option("--output", options->output_file, "Write outputs and hook values to this safetensors file");
  forward->add_option("--hook", options->hooks, "A module to look at: path, pattern, type:NAME or regex:EXPRESSION");
  forward->add_option("--kind", options->hook_kind, "When the hooks fire: forward or forward_pre")
      ->capture_default_str();
  forward->callback([&run, options] { run = [options](const Context& c) { return Forward(c, *options); }; });
}

}  // namespace moduled::modulectl
