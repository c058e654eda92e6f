// Descriptions in tests, written in protobuf's text format.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "nn/description/build_module.h"
#include "nn/description/describe_module.h"
#include "nn/description/parse.h"

namespace moduled::nn {

inline v1::ModuleDescription FromText(const std::string& text) {
  const absl::StatusOr<v1::ModuleDescription> description = ParseText(text);
  EXPECT_TRUE(description.ok()) << description.status() << "\nin " << text;
  return description.ok() ? *description : v1::ModuleDescription();
}

inline absl::StatusOr<std::shared_ptr<Module>> TryBuild(const std::string& text, const BuildOptions& options = {}) {
  return BuildModule(FromText(text), options);
}

inline std::shared_ptr<Module> Build(const std::string& text) {
  absl::StatusOr<std::shared_ptr<Module>> module = TryBuild(text);
  EXPECT_TRUE(module.ok()) << module.status() << "\nin " << text;
  return module.ok() ? *std::move(module) : nullptr;
}

}  // namespace moduled::nn
