// forward.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/modulectl/classes.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/run_flags.h"
#include "client/modulectl/tensor_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

struct Options {
  RunFlags run;
  std::string labels_file;
  int64_t top = 1;
};

// Where the results of all files go.
struct Results {
  std::vector<std::string> labels;
  NamedTensors saved;
};

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
    AddHooks(json, reply.events, reply.unfired);
    return Print(context, json);
  }
  PrintOutput(context, options, results, file, reply.output);
  PrintHooks(context, reply.events, reply.unfired);
}

absl::Status Forward(const Context& context, const Options& options) {
  const std::unique_ptr<client::Client> client = context.Connect();
  ASSIGN_OR_RETURN(const Signature signature, FetchSignature(*client, options.run.model));
  Results results;
  if (!options.labels_file.empty()) {
    ASSIGN_OR_RETURN(results.labels, ReadLabels(options.labels_file));
  }
  for (const std::string& file : options.run.files) {
    contract::ForwardCall call;
    RETURN_IF_ERROR(FillCall(context, options.run, signature, file, call));
    ASSIGN_OR_RETURN(const auto reply, contract::ForwardAndWait(client->inference(), std::move(call)));
    PrintReply(context, options, results, file, reply);
    if (options.run.output_file.empty()) continue;
    SaveValue(options.run.SavePrefix(file) + "output", reply.output, results.saved);
    SaveEvents(options.run.SavePrefix(file), reply.events, results.saved);
  }
  return options.run.output_file.empty() ? absl::OkStatus() : WriteTensors(options.run.output_file, results.saved);
}

}  // namespace

void AddForwardCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* forward = app.add_subcommand("forward", "Run a model on safetensors or PNG files");
  options->run.AddTo(*forward);
  forward->add_option("--labels", options->labels_file, "Names of the classes, one a line");
  forward->add_option("--top", options->top, "Classes to print of each row of logits")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  forward->callback([&run, options] { run = [options](const Context& c) { return Forward(c, *options); }; });
}

}  // namespace moduled::modulectl
