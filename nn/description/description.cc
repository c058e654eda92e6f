#include "nn/description/description.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nn/description/build_module.h"
#include "nn/description/describe_module.h"
#include "nn/description/layer_messages.h"
#include "nn/description/parse.h"
#include "nn/description/wire_signature.h"
#include "nn/layers/lazy.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// torch calls all lazy layers so.
bool HasLazyLayer(const v1::ModuleDescription& description) {
  const google::protobuf::Message* layer = LayerMessage(description);
  if (layer != nullptr && absl::StartsWith(layer->GetDescriptor()->name(), "Lazy")) return true;
  return std::any_of(description.children().begin(), description.children().end(),
                     [](const v1::Child& child) { return child.has_module() && HasLazyLayer(child.module()); });
}

}  // namespace

Description Description::Of(v1::ModuleDescription message) {
  return Description(std::make_shared<const v1::ModuleDescription>(std::move(message)));
}

absl::StatusOr<Description> Description::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<v1::ModuleDescription> message =
      absl::EndsWith(path, ".pbtxt") ? ParseText(bytes) : ParseBinary(bytes);
  if (!message.ok()) return absl::Status(message.status().code(), absl::StrCat(path, ": ", message.status().message()));
  return Of(*std::move(message));
}

absl::StatusOr<Description> Description::Parse(absl::string_view bytes) {
  ASSIGN_OR_RETURN(v1::ModuleDescription message, ParseBinary(bytes));
  return Of(std::move(message));
}

absl::StatusOr<Description> Description::Describe(const Module& root, const ModelSignature& signature) {
  ASSIGN_OR_RETURN(v1::ModuleDescription message, DescribeModule(root));
  if (!signature.inputs.empty() || !signature.outputs.empty()) WriteSignature(signature, *message.mutable_signature());
  return Of(std::move(message));
}

absl::StatusOr<std::shared_ptr<Module>> Description::Build(const BuildOptions& options) const {
  return BuildModule(*message_, options);
}

absl::StatusOr<Description> Description::Resolved(const Module& root) const {
  RETURN_IF_ERROR(CheckResolved(root));
  if (!HasLazyLayer(*message_)) return *this;
  ASSIGN_OR_RETURN(const ModelSignature signature, Signature());
  return Describe(root, signature);
}

absl::StatusOr<ModelSignature> Description::Signature() const { return ReadSignature(message_->signature()); }

std::string Description::Serialize() const { return message_->SerializeAsString(); }

std::string Description::Text() const {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  std::string text;
  printer.PrintToString(*message_, &text);
  return text;
}

}  // namespace moduled::nn
