// What OpenMP and OpenBLAS are told through the environment.
//
// Left alone, OpenMP's threads spin for milliseconds after each kernel in case there is another, and OpenBLAS starts
// threads of its own that do the same: an idle server would keep its processors busy. Both read their variables when
// they are loaded, before main: whoever wants others must start the program anew.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace moduled::server {

// The variables, and what they should be where nobody has set them.
const std::vector<std::pair<std::string, std::string>>& ComputeVariables();

// Starts the program anew, once, if one of the variables is not set; returns if all are. Not before the arguments are
// known to be good, and before there are threads. An error says why it goes on without them.
absl::Status EnterComputeEnvironment(char** argv);

}  // namespace moduled::server
