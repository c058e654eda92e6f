// The arguments of one call of a module or function, positional and by keyword.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nn/graph/graph.h"

namespace moduled::nn {

struct Arguments {
  std::vector<Symbol> positional;
  std::vector<std::pair<std::string, Symbol>> keyword;  // Names unique, in the caller's order.
};

}  // namespace moduled::nn
