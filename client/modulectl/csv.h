// Comma-separated values, for spreadsheets.
#pragma once

#include <string>
#include <vector>

namespace moduled::modulectl {

// Without the end of the line. Cells with commas, quotes or line ends are in quotes.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace moduled::modulectl
