// summary.
#include <CLI/CLI.hpp>
#include <limits>
#include <memory>

#include "client/modulectl/commands.h"
#include "client/modulectl/input_types.h"
#include "client/modulectl/json.h"
#include "client/modulectl/summary_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> inputs;
  SummaryStyle style;
  bool all = false;
  bool csv = false;
};

Json TensorsJson(const std::vector<contract::SummaryTensor>& tensors) {
  Json list = Json::array();
  for (const auto& [name, spec] : tensors) {
    Json tensor = ToJson(spec);
    tensor["name"] = name;
    list.push_back(std::move(tensor));
  }
  return list;
}

Json RowJson(const contract::SummaryRow& row) {
  Json json = {{"path", row.path},
               {"called_as", row.called_as},
               {"type", row.type},
               {"depth", row.depth},
               {"call_index", row.call_index},
               {"called", row.called},
               {"leaf", row.leaf},
               {"inputs", TensorsJson(row.inputs)},
               {"outputs", TensorsJson(row.outputs)},
               {"own_parameters", row.own_parameters},
               {"total_parameters", row.total_parameters},
               {"trainable_parameters", row.trainable_parameters},
               {"mult_adds", row.mult_adds},
               {"activation_bytes", row.activation_bytes},
               {"kernel_shape", row.kernel_shape},
               {"recursive", row.recursive}};
  json["dtype"] = row.dtype.has_value() ? Json(std::string(nn::Name(*row.dtype))) : Json();
  if (!row.error.empty()) json["error"] = row.error;
  return json;
}

Json SummaryJson(const contract::SummaryReply& summary) {
  Json rows = Json::array();
  for (const contract::SummaryRow& row : summary.rows) rows.push_back(RowJson(row));
  const contract::SummaryTotals& totals = summary.totals;
  Json json = {{"model", ToJson(summary.model)},
               {"rows", std::move(rows)},
               {"totals",
                {{"parameters", totals.parameters},
                 {"trainable_parameters", totals.trainable_parameters},
                 {"mult_adds", totals.mult_adds},
                 {"input_bytes", totals.input_bytes},
                 {"activation_bytes", totals.activation_bytes},
                 {"parameter_bytes", totals.parameter_bytes},
                 {"buffer_bytes", totals.buffer_bytes}}}};
  if (!summary.error.empty()) json["error"] = summary.error;
  return json;
}

absl::Status Summarize(const Context& context, Options options) {
  if (options.all) options.style.depth = std::numeric_limits<int>::max();
  RETURN_IF_ERROR(CheckColumns(options.style.columns));
  const std::unique_ptr<client::Client> client = context.Connect();
  ASSIGN_OR_RETURN(std::vector<nn::TensorSpec> inputs, ReadInputTypes(*client, options.model, options.inputs));
  ASSIGN_OR_RETURN(const auto summary, client->introspection().Summary({ParseModel(options.model), std::move(inputs)}));
  if (context.json) {
    Print(context, SummaryJson(summary));
  } else if (options.csv) {
    PrintSummaryCsv(summary, *context.out);
  } else {
    PrintSummary(summary, options.style, *context.out);
  }
  // What there is has been printed; scripts hear of the failure.
  return summary.error.empty() ? absl::OkStatus() : absl::InvalidArgumentError(summary.error);
}

}  // namespace

void AddSummaryCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* summary = app.add_subcommand("summary", "Show what a forward goes through, without running it");
  summary->add_option("MODEL", options->model, "The model")->required();
  summary->add_option("--input", options->inputs, kInputHelp);
  summary->add_option("--depth", options->style.depth, "How deep the tree is shown")->capture_default_str();
  summary->add_flag("--all", options->all, "Show every depth");
  summary
      ->add_option("--columns", options->style.columns,
                   "input_size, output_size, num_params, params_percent, kernel_size, mult_adds, trainable")
      ->delimiter(',')
      ->capture_default_str();
  summary->add_flag("--csv", options->csv, "Print comma-separated values of every depth");
  summary->callback([&run, options] { run = [options](const Context& c) { return Summarize(c, *options); }; });
}

}  // namespace moduled::modulectl
