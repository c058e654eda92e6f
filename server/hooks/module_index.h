// The modules of a tree by all of their names: a module that is shared has several, and is known by its first.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "nn/modules/module.h"

namespace moduled::server {

class ModuleIndex {
 public:
  // The tree must outlive the index.
  explicit ModuleIndex(const nn::Module& root);

  struct Entry {
    std::string path;  // The first name, which events and plans use.
    const nn::Module* module;
  };
  // In named_modules' order.
  const std::vector<Entry>& modules() const { return modules_; }

  // Every name, and the place of its module among modules().
  const std::vector<std::pair<std::string, size_t>>& names() const { return names_; }

  // The place of the module of that name.
  std::optional<size_t> Find(absl::string_view name) const;

 private:
  std::vector<Entry> modules_;
  std::vector<std::pair<std::string, size_t>> names_;
};

}  // namespace moduled::server
