// The flags of the commands that list parameters or buffers.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "proto/contract/introspection.h"

namespace moduled::modulectl {

struct ListFlags {
  std::string model;
  std::string path;
  bool no_recurse = false;
  bool keep_duplicates = false;

  void AddTo(CLI::App& command) {
    command.add_option("MODEL", model, "The model")->required();
    command.add_option("PATH", path, "The module to start at; the root if not given");
    command.add_flag("--no-recurse", no_recurse, "Leave out the modules below");
    command.add_flag("--keep-duplicates", keep_duplicates, "List what is shared under each of its names");
  }
  contract::ListOptions options() const { return {.recurse = !no_recurse, .remove_duplicate = !keep_duplicates}; }
};

}  // namespace moduled::modulectl
