// ModelRef, which every message carries.
#pragma once

#include "moduled/v1/introspection.pb.h"
#include "proto/contract/model_ref.h"

namespace moduled::contract {

// Whether the names are good is for who looks them up to say.
inline ModelRef DecodeModelRef(const v1::ModelRef& message) { return {message.name(), message.version()}; }

inline void EncodeModelRef(const ModelRef& model, v1::ModelRef& message) {
  message.set_name(model.name);
  message.set_version(model.version);
}

}  // namespace moduled::contract
