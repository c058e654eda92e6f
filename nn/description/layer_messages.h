// Layers' messages <-> attributes, by reflection: a new layer's message needs no code here.
#pragma once

#include "absl/status/statusor.h"
#include "moduled/v1/module.pb.h"
#include "nn/layers/attributes.h"

namespace moduled::nn {

// The message that says what the module is, or null.
const google::protobuf::Message* LayerMessage(const v1::ModuleDescription& description);

// What is set, under the fields' names.
absl::StatusOr<Attributes> ReadAttributes(const google::protobuf::Message& layer);

// Sets the layer of a description by its message's name.
absl::Status WriteLayer(const std::string& name, const Attributes& attributes, v1::ModuleDescription& description);

}  // namespace moduled::nn
