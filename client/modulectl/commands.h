// The commands, one file for each group. Each function adds its commands to the command line; a command that is given
// sets `run`, which main calls once everything is parsed.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "client/modulectl/context.h"

namespace CLI {
class App;
}

namespace moduled::modulectl {

using Run = std::function<absl::Status(const Context& context)>;

void AddModelCommands(CLI::App& app, Run& run);      // models, describe
void AddModuleCommands(CLI::App& app, Run& run);     // modules, children
void AddParameterCommands(CLI::App& app, Run& run);  // parameters, parameter
void AddBufferCommands(CLI::App& app, Run& run);     // buffers, buffer
void AddStateDictCommands(CLI::App& app, Run& run);  // state-dict, load-state-dict
void AddSummaryCommand(CLI::App& app, Run& run);     // summary
void AddForwardCommand(CLI::App& app, Run& run);     // forward
void AddBackwardCommand(CLI::App& app, Run& run);    // backward
void AddWatchCommand(CLI::App& app, Run& run);       // watch
void AddAdminCommands(CLI::App& app, Run& run);      // load, unload
void AddApplyCommand(CLI::App& app, Run& run);       // apply
void AddBenchCommand(CLI::App& app, Run& run);       // bench

}  // namespace moduled::modulectl
