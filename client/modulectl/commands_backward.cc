// backward.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/run_flags.h"
#include "client/modulectl/tensor_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

struct Options {
  RunFlags run;
  std::vector<int64_t> classes;
  bool sum = false;
  std::string loss;
  std::string target_file;
  std::string grad_output_file;
  std::optional<uint32_t> output;
  std::vector<std::string> parameters;
  bool no_parameters = false;
};

// The tensors of a file, as positional values.
absl::StatusOr<std::vector<nn::Datum>> ReadValues(const std::string& file) {
  ASSIGN_OR_RETURN(const NamedTensors tensors, ReadTensors(file));
  std::vector<nn::Datum> values;
  for (const auto& [name, tensor] : tensors) values.emplace_back(tensor);
  return values;
}

// CLI11 sees to it that at most one is given.
absl::StatusOr<contract::Objective> ParseObjective(const Options& options) {
  if (!options.classes.empty()) return contract::ClassIndex{options.classes, options.output};
  if (options.sum) return contract::OutputSum{options.output};
  if (!options.grad_output_file.empty()) {
    ASSIGN_OR_RETURN(auto values, ReadValues(options.grad_output_file));
    return contract::GradOutputs{std::move(values)};
  }
  if (options.loss.empty()) return contract::ImplicitObjective{};
  contract::LossLayer loss{.path = options.loss, .targets = {}, .output = options.output};
  if (!options.target_file.empty()) {
    ASSIGN_OR_RETURN(loss.targets, ReadValues(options.target_file));
  }
  return loss;
}

absl::StatusOr<contract::BackwardCall> MakeCall(const Context& context, const Options& options,
                                                const Signature& signature, const std::string& file) {
  contract::BackwardCall call;
  RETURN_IF_ERROR(FillCall(context, options.run, signature, file, call));
  ASSIGN_OR_RETURN(call.objective, ParseObjective(options));
  if (!options.parameters.empty() || options.no_parameters) call.grad_parameters = options.parameters;
  return call;
}

Json ToJson(const std::string& file, const contract::BackwardReply& reply) {
  Json json = {{"file", file}, {"model", modulectl::ToJson(reply.model)}, {"request_id", reply.request_id}};
  json["output"] = modulectl::ToJson(reply.output);
  json["loss"] = reply.loss.has_value() ? modulectl::ToJson(*reply.loss) : Json();
  json["grad_inputs"] = Json::array();
  for (const nn::Datum& gradient : reply.grad_inputs) json["grad_inputs"].push_back(modulectl::ToJson(gradient));
  json["grad_parameters"] = Json::object();
  for (const contract::NamedGradient& gradient : reply.grad_parameters) {
    json["grad_parameters"][gradient.name] = gradient.grad.has_value() ? modulectl::ToJson(*gradient.grad) : Json();
  }
  AddHooks(json, reply.events, reply.unfired);
  return json;
}

// "input 0" or "input pixels": by the signature's name where the call has one tensor for each of its inputs.
std::string InputName(const Signature& signature, const contract::BackwardReply& reply, size_t index) {
  const bool is_named = signature.inputs.size() == reply.grad_inputs.size();
  return is_named ? signature.inputs[index].name : absl::StrCat(index);
}

void PrintReply(const Context& context, const Signature& signature, const std::string& file,
                const contract::BackwardReply& reply) {
  if (context.json) return Print(context, ToJson(file, reply));
  *context.out << file << "  " << Summary(reply.output) << '\n';
  if (reply.loss.has_value()) *context.out << "  loss  " << Elements(*reply.loss, 1) << '\n';
  for (size_t i = 0; i < reply.grad_inputs.size(); ++i) {
    *context.out << "  input " << InputName(signature, reply, i) << "  "
                 << (reply.grad_inputs[i].IsNone() ? "no gradient" : Summary(reply.grad_inputs[i])) << '\n';
  }
  for (const contract::NamedGradient& gradient : reply.grad_parameters) {
    *context.out << "  " << gradient.name << "  "
                 << (gradient.grad.has_value() ? Summary(*gradient.grad) : "no gradient") << '\n';
  }
  PrintHooks(context, reply.events, reply.unfired);
}

void Save(const Signature& signature, const std::string& prefix, const contract::BackwardReply& reply,
          NamedTensors& saved) {
  SaveValue(prefix + "output", reply.output, saved);
  if (reply.loss.has_value()) saved.emplace_back(prefix + "loss", *reply.loss);
  for (size_t i = 0; i < reply.grad_inputs.size(); ++i) {
    SaveValue(absl::StrCat(prefix, "grad/input:", InputName(signature, reply, i)), reply.grad_inputs[i], saved);
  }
  for (const contract::NamedGradient& gradient : reply.grad_parameters) {
    if (gradient.grad.has_value()) saved.emplace_back(absl::StrCat(prefix, "grad/", gradient.name), *gradient.grad);
  }
  SaveEvents(prefix, reply.events, saved);
}

absl::Status Backward(const Context& context, const Options& options) {
  const std::unique_ptr<client::Client> client = context.Connect();
  ASSIGN_OR_RETURN(const Signature signature, FetchSignature(*client, options.run.model));
  NamedTensors saved;
  for (const std::string& file : options.run.files) {
    ASSIGN_OR_RETURN(contract::BackwardCall call, MakeCall(context, options, signature, file));
    ASSIGN_OR_RETURN(const auto reply, contract::BackwardAndWait(client->inference(), std::move(call)));
    PrintReply(context, signature, file, reply);
    if (!options.run.output_file.empty()) Save(signature, options.run.SavePrefix(file), reply, saved);
  }
  return options.run.output_file.empty() ? absl::OkStatus() : WriteTensors(options.run.output_file, saved);
}

}  // namespace

void AddBackwardCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* backward = app.add_subcommand("backward", "Differentiate a model on safetensors or PNG files");
  options->run.AddTo(*backward);
  CLI::Option_group* objective = backward->add_option_group("objective", "What is differentiated: the output itself");
  objective->add_option("--class-index", options->classes, "One class for all rows of the output, or one a row")
      ->delimiter(',')
      ->allow_extra_args(false);
  objective->add_flag("--sum", options->sum, "The sum of the output");
  CLI::Option* loss =
      objective->add_option("--loss", options->loss, "What this layer of the model makes of the output");
  objective->add_option("--grad-output", options->grad_output_file, "The output times the tensors of this file");
  objective->require_option(0, 1);
  backward->add_option("--target", options->target_file, "With --loss: the file of its further arguments")->needs(loss);
  backward->add_option("--of", options->output, "Which tensor of the output, counted from 0");
  backward->add_option("--parameters", options->parameters,
                       "Answer the gradients of these parameters alone: names or patterns");
  backward->add_flag("--no-parameters", options->no_parameters, "Answer no gradients of parameters")
      ->excludes("--parameters");
  backward->callback([&run, options] { run = [options](const Context& c) { return Backward(c, *options); }; });
}

}  // namespace moduled::modulectl
