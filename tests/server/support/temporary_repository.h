// A repository in a directory of its own, and descriptions to put into it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nn/description/description.h"
#include "server/models/repository.h"

namespace moduled::testing {

// Sequential(Linear(3, 2), ReLU) with a signature: input "x" is float32[-1, 3].
extern const char kTinyModel[];

// One Linear under two names, a module that is never called, and a ModuleList, which has no forward.
extern const char kSharedModel[];

// A description in protobuf's text format. The test ends if it is none.
nn::Description DescriptionOf(absl::string_view text);

class TemporaryRepository {
 public:
  TemporaryRepository();
  ~TemporaryRepository();
  TemporaryRepository(const TemporaryRepository&) = delete;
  TemporaryRepository& operator=(const TemporaryRepository&) = delete;

  const std::string& path() const { return path_; }
  server::Repository Open() const;

  // Writes the next version of a model, initialised from a seed. Answers its number.
  int64_t Add(const std::string& name, absl::string_view description, uint64_t seed = 0) const;

  // Writes any file, and the directories above it.
  void WriteFile(const std::string& relative, absl::string_view bytes) const;
  std::string ReadFile(const std::string& relative) const;
  // The names in a directory, sorted.
  std::vector<std::string> List(const std::string& relative) const;

 private:
  std::string path_;
};

}  // namespace moduled::testing
