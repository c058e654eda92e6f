// modulectl: looks into the models that a moduled server hosts, and runs them.
#include <CLI/CLI.hpp>
#include <iostream>

#include "client/modulectl/commands.h"
#include "client/modulectl/exit_code.h"
#include "client/modulectl/security_flags.h"

int main(int argc, char** argv) {
  using namespace moduled::modulectl;  // NOLINT: this file is nothing but modulectl
  CLI::App app{"Looks into the models that a moduled server hosts, and runs them.", "modulectl"};
  app.require_subcommand(1);
  app.footer(
      "MODEL is a model's name, or NAME:VERSION.\n"
      "Exit codes: 0 success, 1 failure, 2 usage, 3 server unavailable, 4 not found, 5 invalid argument, 6 timeout.");

  Context context;
  context.out = &std::cout;
  app.add_option("--server", context.server, "Address of the server")->capture_default_str();
  app.add_option("--timeout", context.timeout_seconds, "Seconds that a call may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--json", context.json, "Print JSON");
  SecurityFlags security;
  AddSecurityFlags(app, security);
  app.fallthrough();

  Run run;
  AddModelCommands(app, run);
  AddModuleCommands(app, run);
  AddParameterCommands(app, run);
  AddBufferCommands(app, run);
  AddStateDictCommands(app, run);
  AddSummaryCommand(app, run);
  AddForwardCommand(app, run);
  AddBackwardCommand(app, run);
  AddWatchCommand(app, run);
  AddAdminCommands(app, run);
  AddApplyCommand(app, run);
  AddBenchCommand(app, run);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help is a success; everything else is a mistake in the command line.
    return app.exit(error) == 0 ? kSuccess : kUsage;
  }
  absl::Status status = ApplySecurityFlags(security, context);
  if (status.ok()) status = run(context);
  if (!status.ok()) {
    std::cerr << "modulectl: " << absl::StatusCodeToString(status.code()) << ": " << status.message() << std::endl;
  }
  return ExitCodeOf(status);
}
