// A description of a model: what is read from a repository's module.pbtxt or module.pb, or sent inline.
//
// This is the door to the room for those who do not speak protobuf; build_module.h and describe_module.h are for those
// who do.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/description/build_options.h"
#include "nn/description/signature.h"
#include "nn/modules/module.h"

namespace moduled::v1 {
class ModuleDescription;
}

namespace moduled::nn {

// Immutable; copies share one message.
class Description {
 public:
  // From a file: text if it ends in .pbtxt, else binary. Errors name the file and, in text, line and column.
  static absl::StatusOr<Description> Read(const std::string& path);
  // From a serialised moduled.v1.ModuleDescription.
  static absl::StatusOr<Description> Parse(absl::string_view bytes);
  // From its message.
  static Description Of(v1::ModuleDescription message);
  // Of a tree.
  static absl::StatusOr<Description> Describe(const Module& root, const ModelSignature& signature = {});

  // Builds the tree. INVALID_ARGUMENT names the module and the field that is wrong.
  absl::StatusOr<std::shared_ptr<Module>> Build(const BuildOptions& options = {}) const;

  // The description of `root`, which Build made of this one: where layers are lazy here, it says what they have become.
  // INVALID_ARGUMENT names a layer that is lazy still.
  absl::StatusOr<Description> Resolved(const Module& root) const;

  // Empty where the description has none. INVALID_ARGUMENT names the port that is wrong.
  absl::StatusOr<ModelSignature> Signature() const;

  // The serialised message, and the text that Read reads.
  std::string Serialize() const;
  std::string Text() const;

  const v1::ModuleDescription& message() const { return *message_; }

 private:
  explicit Description(std::shared_ptr<const v1::ModuleDescription> message) : message_(std::move(message)) {}

  std::shared_ptr<const v1::ModuleDescription> message_;
};

}  // namespace moduled::nn
