// A table for people: columns as wide as their widest cell.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace moduled::modulectl {

class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  // Requires as many cells as the header has.
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void Print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace moduled::modulectl
