#include "client/modulectl/summary_text.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/modulectl/csv.h"

namespace moduled::modulectl {
namespace {

constexpr absl::string_view kNothing = "--";

// 9408 -> "9,408".
std::string WithCommas(int64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string Shapes(const std::vector<contract::SummaryTensor>& tensors) {
  if (tensors.empty()) return std::string(kNothing);
  return absl::StrJoin(tensors, ", ",
                       [](std::string* out, const auto& tensor) { out->append(tensor.second.shape.ToString()); });
}

std::string Parameters(const contract::SummaryRow& row) {
  if (row.own_parameters == 0) return std::string(kNothing);
  if (row.recursive) return "(recursive)";
  const std::string count = WithCommas(row.own_parameters);
  // torchinfo shows frozen parameters in parentheses.
  return row.leaf && row.trainable_parameters == 0 ? absl::StrCat("(", count, ")") : count;
}

std::string Trainable(const contract::SummaryRow& row) {
  if (row.total_parameters == 0) return std::string(kNothing);
  if (row.trainable_parameters == 0) return "False";
  return row.trainable_parameters == row.total_parameters ? "True" : "Partial";
}

struct Column {
  const char* name;    // What --columns calls it.
  const char* header;  // What torchinfo prints.
  std::string (*cell)(const contract::SummaryRow& row, const contract::SummaryTotals& totals);
};

using Row = contract::SummaryRow;
using Totals = contract::SummaryTotals;

const Column kColumns[] = {
    {"input_size", "Input Shape", [](const Row& row, const Totals&) { return Shapes(row.inputs); }},
    {"output_size", "Output Shape", [](const Row& row, const Totals&) { return Shapes(row.outputs); }},
    {"num_params", "Param #", [](const Row& row, const Totals&) { return Parameters(row); }},
    {"params_percent", "Param %",
     [](const Row& row, const Totals& totals) {
       if (row.own_parameters == 0 || row.recursive) return std::string(kNothing);
       return absl::StrFormat("%.2f%%",
                              100.0 * static_cast<double>(row.own_parameters) / static_cast<double>(totals.parameters));
     }},
    {"kernel_size", "Kernel Shape",
     [](const Row& row, const Totals&) {
       if (row.kernel_shape.empty()) return std::string(kNothing);
       return absl::StrCat("[", absl::StrJoin(row.kernel_shape, ", "), "]");
     }},
    {"mult_adds", "Mult-Adds",
     [](const Row& row, const Totals&) {
       return row.leaf && row.mult_adds > 0 ? WithCommas(row.mult_adds) : std::string(kNothing);
     }},
    {"trainable", "Trainable", [](const Row& row, const Totals&) { return Trainable(row); }},
};

const Column* FindColumn(const std::string& name) {
  const auto has_name = [&](const Column& column) { return column.name == name; };
  const auto* found = std::find_if(std::begin(kColumns), std::end(kColumns), has_name);
  return found == std::end(kColumns) ? nullptr : found;
}

// "│    └─Conv2d (conv1): 3-1".
std::string TreeCell(const Row& row, int index) {
  std::string branch;
  if (row.depth == 1) branch = "├─";
  for (int level = 1; level < row.depth; ++level) branch += "│    ";
  if (row.depth > 1) branch += "└─";
  const size_t dot = row.called_as.rfind('.');
  const std::string name = dot == std::string::npos ? row.called_as : row.called_as.substr(dot + 1);
  std::string text = absl::StrCat(branch, row.type);
  if (!name.empty()) absl::StrAppend(&text, " (", name, "): ", row.depth, "-", index);
  return text;
}

// Columns on a terminal: characters, not bytes.
size_t Width(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; });
}

// "(G): 1.81", with the unit that torchinfo takes.
std::string Scaled(int64_t number) {
  static constexpr std::pair<double, const char*> kUnits[] = {
      {1e12, " (T)"}, {1e9, " (G)"}, {1e6, " (M)"}, {1e3, " (k)"}};
  for (const auto& [unit, name] : kUnits) {
    if (static_cast<double>(number) >= unit) return absl::StrFormat("%s: %.2f", name, number / unit);
  }
  return absl::StrCat(": ", number);
}

std::string Megabytes(int64_t bytes) { return absl::StrFormat("%.2f", static_cast<double>(bytes) / 1e6); }

void PrintTotals(const Totals& totals, const std::string& rule, std::ostream& out) {
  // torchinfo counts every activation twice: once on the way forward, once on the way back.
  const int64_t activations = 2 * totals.activation_bytes;
  out << rule << "Total params: " << WithCommas(totals.parameters)
      << "\nTrainable params: " << WithCommas(totals.trainable_parameters)
      << "\nNon-trainable params: " << WithCommas(totals.parameters - totals.trainable_parameters)
      << "\nTotal mult-adds" << Scaled(totals.mult_adds) << '\n'
      << rule << "Input size (MB): " << Megabytes(totals.input_bytes)
      << "\nForward/backward pass size (MB): " << Megabytes(activations)
      << "\nParams size (MB): " << Megabytes(totals.parameter_bytes)
      << "\nEstimated Total Size (MB): " << Megabytes(totals.input_bytes + activations + totals.parameter_bytes) << '\n'
      << rule;
}

void PrintRow(const std::vector<std::string>& cells, const std::vector<size_t>& widths, std::ostream& out) {
  std::string line;
  for (size_t c = 0; c < cells.size(); ++c) {
    line += cells[c];
    line.append(widths[c] - Width(cells[c]) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

}  // namespace

absl::Status CheckColumns(const std::vector<std::string>& columns) {
  for (const std::string& column : columns) {
    if (FindColumn(column) != nullptr) continue;
    const auto name = [](std::string* out, const Column& known) { out->append(known.name); };
    return absl::InvalidArgumentError(
        absl::StrCat("--columns: unknown column (got ", column, ", want ", absl::StrJoin(kColumns, ", ", name), ")"));
  }
  return absl::OkStatus();
}

void PrintSummary(const contract::SummaryReply& summary, const SummaryStyle& style, std::ostream& out) {
  std::vector<std::string> header = {"Layer (type (var_name):depth-idx)"};
  for (const std::string& column : style.columns) header.push_back(FindColumn(column)->header);
  std::vector<std::vector<std::string>> lines = {std::move(header)};
  std::map<int, int> next_index;               // By depth.
  std::map<std::string, int> index_of_module;  // A module that comes again keeps its number.
  for (const Row& row : summary.rows) {
    if (row.depth > style.depth) continue;
    const auto [known, is_new] = index_of_module.emplace(row.path, 0);
    if (is_new) known->second = ++next_index[row.depth];
    std::vector<std::string> line = {TreeCell(row, known->second)};
    for (const std::string& column : style.columns) line.push_back(FindColumn(column)->cell(row, summary.totals));
    lines.push_back(std::move(line));
  }

  std::vector<size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines) {
    for (size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], Width(line[c]));
  }
  size_t total = 0;
  for (const size_t width : widths) total += width + 2;
  const std::string rule = std::string(total - 2, '=') + "\n";
  out << rule;
  for (size_t l = 0; l < lines.size(); ++l) {
    PrintRow(lines[l], widths, out);
    if (l == 0) out << rule;
  }
  PrintTotals(summary.totals, rule, out);
}

void PrintSummaryCsv(const contract::SummaryReply& summary, std::ostream& out) {
  out << "path,called_as,type,depth,call_index,called,input_shapes,output_shapes,dtype,own_parameters,"
         "total_parameters,trainable_parameters,mult_adds,activation_bytes,kernel_shape,recursive,error\n";
  const auto shapes = [](const std::vector<contract::SummaryTensor>& tensors) {
    return tensors.empty() ? "" : Shapes(tensors);
  };
  for (const Row& row : summary.rows) {
    const std::vector<std::string> cells = {row.path,
                                            row.called_as,
                                            row.type,
                                            absl::StrCat(row.depth),
                                            absl::StrCat(row.call_index),
                                            row.called ? "true" : "false",
                                            shapes(row.inputs),
                                            shapes(row.outputs),
                                            row.dtype.has_value() ? std::string(nn::Name(*row.dtype)) : "",
                                            absl::StrCat(row.own_parameters),
                                            absl::StrCat(row.total_parameters),
                                            absl::StrCat(row.trainable_parameters),
                                            absl::StrCat(row.mult_adds),
                                            absl::StrCat(row.activation_bytes),
                                            absl::StrJoin(row.kernel_shape, "x"),
                                            row.recursive ? "true" : "false",
                                            row.error};
    out << CsvLine(cells) << '\n';
  }
}

}  // namespace moduled::modulectl
