// watch.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/hook_text.h"
#include "client/modulectl/json.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> selectors;
  std::string kind = "forward";
  uint64_t count = 0;
  uint32_t queue_size = 256;
  std::string directory;
  bool values = false;
};

void PrintEvent(const Context& context, const Options& options, const contract::HookEvent& event) {
  if (context.json) {
    Print(context, ToJson(event, options.values));
  } else {
    if (event.dropped > 0) *context.out << "(" << event.dropped << " events dropped)\n";
    *context.out << event.sequence << "  " << event.request_id << "  " << EventLine(event) << '\n';
  }
  context.out->flush();  // Somebody is watching, perhaps through a pipe.
}

absl::Status Watch(const Context& context, const Options& options) {
  contract::SubscribeCall call{ParseModel(options.model), {}, options.queue_size};
  ASSIGN_OR_RETURN(call.hooks, ParseHooks(options.selectors, options.kind));
  if (!options.directory.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.directory, error);
    if (error) return absl::InvalidArgumentError(absl::StrCat(options.directory, ": ", error.message()));
  }

  const std::unique_ptr<client::Client> client = context.Connect();
  ASSIGN_OR_RETURN(const std::unique_ptr<contract::Subscription> subscription, client->hooks().Subscribe(call));
  if (!context.json) *context.out << "watching " << subscription->paths().size() << " modules" << std::endl;
  for (uint64_t seen = 0; options.count == 0 || seen < options.count; ++seen) {
    ASSIGN_OR_RETURN(const auto event, subscription->Next(absl::InfiniteFuture()));
    if (!event.has_value()) continue;
    PrintEvent(context, options, *event);
    if (options.directory.empty()) continue;
    const std::string name = absl::StrFormat("%06d.safetensors", event->sequence);
    RETURN_IF_ERROR(WriteTensors((std::filesystem::path(options.directory) / name).string(), EventTensors(*event)));
  }
  return absl::OkStatus();
}

}  // namespace

void AddWatchCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* watch = app.add_subcommand("watch", "Stream what flows through modules, whoever sends the requests");
  watch->add_option("MODEL", options->model, "The model")->required();
  watch->add_option("SELECTOR", options->selectors, kHookHelp)->required();
  watch->add_option("--kind", options->kind, kKindHelp)->capture_default_str();
  watch->add_option("--count", options->count, "End after so many events; 0 means never")->capture_default_str();
  watch
      ->add_option("--queue-size", options->queue_size,
                   "Events that may wait on the server before the oldest is dropped")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  watch->add_option("--output", options->directory,
                    "Write each event's tensors to a safetensors file in this directory");
  watch->add_flag("--values", options->values, "With --json: print the elements too");
  watch->callback([&run, options] { run = [options](const Context& c) { return Watch(c, *options); }; });
}

}  // namespace moduled::modulectl
