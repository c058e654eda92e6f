// A summary as torchinfo prints it: a tree of modules with columns, and the totals below.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/contract/summary.h"

namespace moduled::modulectl {

struct SummaryStyle {
  // torchinfo's names: input_size, output_size, num_params, params_percent, kernel_size, mult_adds, trainable.
  std::vector<std::string> columns = {"input_size", "output_size", "num_params", "mult_adds"};
  int depth = 3;  // Modules with more modules around them are left out.
};

// INVALID_ARGUMENT for a column that does not exist.
absl::Status CheckColumns(const std::vector<std::string>& columns);

// Requires columns that CheckColumns took.
void PrintSummary(const contract::SummaryReply& summary, const SummaryStyle& style, std::ostream& out);

// One line for each module, of every depth, with exact numbers.
void PrintSummaryCsv(const contract::SummaryReply& summary, std::ostream& out);

}  // namespace moduled::modulectl
